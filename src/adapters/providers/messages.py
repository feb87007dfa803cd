"""Vendors' error messages for display: one short line without the key that was sent."""

import re
from typing import Any

from modeldesk.adapters.providers.reading import member
from modeldesk.adapters.strict_json.text import JsonBroken, read_json
from modeldesk.domain.model.values.secret import Secret

LONGEST_MESSAGE = 200
LARGEST_BODY = 64 * 1024
LONGEST_READ = 2_000


def vendor_message(body: bytes, key: Secret | None) -> str | None:
    """The message in a JSON response at one of the usual paths. None for web pages and other responses."""
    if len(body) > LARGEST_BODY:
        return None
    try:
        answer: Any = read_json(body).root
    except JsonBroken:
        return None
    return message_in(answer, key)


def message_in(answer: Any, key: Secret | None) -> str | None:
    """The message at `error.message`, `message`, `error`, `detail`, or `errors[0].message`."""
    errors = member(answer, "errors")
    from_list = member(errors[0], "message") if isinstance(errors, list) and errors else None
    candidates = (
        member(answer, "error", "message"),
        member(answer, "message"),
        member(answer, "error"),
        member(answer, "detail"),
        from_list,
    )
    message = next((text for text in candidates if isinstance(text, str) and text.strip()), None)
    return None if message is None else one_line(message, key)


def one_line(text: str, key: Secret | None) -> str:
    """The text as one truncated line, without control characters and without the key or a substantial part of it."""
    line = re.sub(r"\s+", " ", "".join(character if character.isprintable() else " " for character in text[:LONGEST_READ])).strip()
    line = line if key is None else key.redact(line)
    return line if len(line) <= LONGEST_MESSAGE else line[: LONGEST_MESSAGE - 1] + "…"
