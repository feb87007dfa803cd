"""What may be shown of what a vendor says: one short line, without the key that was sent."""

import re
from typing import Any

from modeldesk.adapters.providers.reading import member
from modeldesk.adapters.strict_json.text import JsonBroken, read_json
from modeldesk.domain.credentials import Secret

LONGEST_MESSAGE = 200
LARGEST_BODY = 64 * 1024
LONGEST_READ = 2_000
SHORTEST_TRACE = 8
"""How many characters of a key in a row count as the key: vendors quote beginnings and ends of it."""

HIDDEN = "****"


def vendor_message(body: bytes, key: Secret | None) -> str | None:
    """The vendor's own words, where its answer is JSON and has them at one of the usual places; None for web pages and the like."""
    if len(body) > LARGEST_BODY:
        return None
    try:
        answer: Any = read_json(body).root
    except JsonBroken:
        return None
    return said_in(answer, key)


def said_in(answer: Any, key: Secret | None) -> str | None:
    """The words at `error.message`, `message`, `error`, `detail`, or at `errors[0].message`."""
    errors = member(answer, "errors")
    from_list = member(errors[0], "message") if isinstance(errors, list) and errors else None
    places = (member(answer, "error", "message"), member(answer, "message"), member(answer, "error"), member(answer, "detail"), from_list)
    said = next((place for place in places if isinstance(place, str) and place.strip()), None)
    return None if said is None else one_line(said, key)


def one_line(text: str, key: Secret | None) -> str:
    """A text on one line, without control characters and without the key or a good part of it, cut short."""
    line = re.sub(r"\s+", " ", "".join(sign if sign.isprintable() else " " for sign in text[:LONGEST_READ])).strip()
    line = line if key is None else without(line, key.reveal())
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"


def without(line: str, key: str) -> str:
    """The line with every run of characters that is a piece of the key hidden, in whatever letter case."""
    kept, position, folded, wanted = [], 0, line.lower(), key.lower()
    if len(folded) != len(line):  # a few letters change their length with their case; then nothing is searched by position
        folded, wanted = line, key
    shortest = min(SHORTEST_TRACE, len(key))
    while position < len(line):
        length = shortest
        if folded[position : position + length] not in wanted or position + length > len(line):
            kept.append(line[position])
            position += 1
            continue
        while position + length < len(line) and folded[position : position + length + 1] in wanted:
            length += 1
        kept.append(HIDDEN)
        position += length
    return "".join(kept)
