"""Vendors' error messages for display: one short line without the key that was sent."""

import re
from collections.abc import Iterator
from typing import Any

from modeldesk.adapters.providers.reading import member
from modeldesk.adapters.strict_json.text import JsonBroken, read_json
from modeldesk.domain.model.values.secret import Secret

LONGEST_MESSAGE = 200
LARGEST_BODY = 64 * 1024
LONGEST_READ = 2_000

WORDS = ("message", "msg", "detail", "error_description", "error_message", "errorMessage", "Message", "status_msg", "reason", "title")
"""Members with words for people, the surest first."""

HOLDERS = ("error", "errors", "detail", "base_resp", "fault", "message", "err", "errMsg", "errmsg", "error_msg", "response", "Error")
"""Members that hold such words, as a text, an object, or a list of either."""


def vendor_message(body: bytes, key: Secret | None) -> str | None:
    """The message in a response: at one of the usual places of JSON, or a short plain text. None for web pages and other responses."""
    if len(body) > LARGEST_BODY:
        return None
    try:
        answer: Any = read_json(body).root
    except JsonBroken:
        return _plain_text(body, key)
    return message_in(answer, key)


def message_in(answer: Any, key: Secret | None) -> str | None:
    """The words wherever they stand: `error.message`, `message`, `msg`, `detail[0].msg`, `base_resp.status_msg` and the like."""
    message = next(_messages(answer), None)
    return None if message is None else one_line(message, key)


def error_words(body: bytes) -> str:
    """Everything in a response that may say what is wrong, codes included, in lower case; to be searched, not shown."""
    return "" if len(body) > LARGEST_BODY or body.lstrip()[:1] == b"<" else body.decode("utf-8", "replace").lower()


def one_line(text: str, key: Secret | None, longest: int = LONGEST_MESSAGE) -> str:
    """The text as one truncated line, without control characters and without the key or a substantial part of it."""
    line = re.sub(r"\s+", " ", "".join(character if character.isprintable() else " " for character in text[:LONGEST_READ])).strip()
    line = line if key is None else key.redact(line)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _messages(answer: Any) -> Iterator[str]:
    """Of an error object its words; then those of the answer itself. An answer may be a list of errors (Gemini)."""
    if isinstance(answer, list):
        answer = answer[0] if answer and isinstance(answer[0], dict) else None
    if not isinstance(answer, dict):
        return
    yield from _texts(member(answer, "error", "message"))
    for name in WORDS:
        yield from _texts(answer.get(name))
    for name in HOLDERS:
        yield from _inside(answer.get(name))


def _inside(holder: Any) -> Iterator[str]:
    """A text, or the words of an object; of a list, those of the first item."""
    first = next(iter(holder), None) if isinstance(holder, list) else holder
    yield from _texts(first)
    if isinstance(first, dict):
        for name in WORDS:
            yield from _texts(first.get(name))
        for name in ("error", "message", "detail"):
            inner = first.get(name)
            if isinstance(inner, dict):
                yield from (text for word in WORDS for text in _texts(inner.get(word)))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.strip():
        yield value


def _plain_text(body: bytes, key: Secret | None) -> str | None:
    """A plain text of one short line, as proxies send it. A web page, or half of something else, is none."""
    text = body.decode("utf-8", "replace").strip()
    is_said = 0 < len(text) <= LONGEST_MESSAGE and text.isprintable() and text[0].isalnum()
    return one_line(text, key) if is_said else None
