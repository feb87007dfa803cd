"""What may be shown of what a vendor says: one short line, without the key that was sent."""

import re
from typing import Any

from modeldesk.adapters.providers.reading import member
from modeldesk.adapters.strict_json.text import JsonBroken, read_json
from modeldesk.domain.model.values.secret import Secret

LONGEST_MESSAGE = 200
LARGEST_BODY = 64 * 1024
LONGEST_READ = 2_000


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
    line = line if key is None else key.redact(line)
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"
