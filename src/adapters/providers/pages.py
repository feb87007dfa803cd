"""Reads one page of a list, row by row: a row that cannot be read is left out, and the others stay."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from attrs import field

from modeldesk.adapters.providers.list_shapes import id_in
from modeldesk.adapters.providers.messages import message_in, one_line
from modeldesk.adapters.providers.paging import Continuation, continuation
from modeldesk.adapters.providers.vendor_api import ListBroken, RowUnreadable, VendorApi
from modeldesk.adapters.shared_parts import sharing
from modeldesk.adapters.strict_json.text import JsonBroken, JsonDocument, Path, read_json
from modeldesk.adapters.vendor_http import Response
from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.vendor_list import UnreadableRow, VendorModel
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.records import frozen

MOST_MODELS = 20_000
LONGEST_LABEL = 60

_LOGGER = logging.getLogger(__name__)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_CONTROL = re.compile(r"[\x00-\x1f]")
_RAW_CONTROL = ("json-character-in-string", "json-line-end-in-string")


class PageRefused(Exception):
    """The answer is no page of a list. `page` is what was decoded, for the vendor's words in it."""

    def __init__(self, reason: Reason, page: Any = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.page = page


@frozen
class Page:
    """The rows of one answer in their order, those that cannot be read, and how the list goes on."""

    models: list[VendorModel] = field(repr=False)
    unreadable: list[UnreadableRow] = field(repr=False)
    following: Continuation
    said: str | None = None
    """The vendor's words beside the rows, as an error with status 200 has them."""


def read_page(api: VendorApi, url: str, answer: Response, key: Secret | None, before: int = 0) -> Page:
    """The page of an answer with status 200. `before` counts the rows of earlier pages. Raises PageRefused."""
    document = _document(answer.body, key)
    page = document.root
    try:
        entries = list(islice(api.entries(page), MOST_MODELS + 1))
        damaged = _damaged_rows(document, entries, key)
        models, unreadable = list[VendorModel](), list[UnreadableRow]()
        for position, row in enumerate(_rows(api, entries, damaged, key), before + 1):
            if isinstance(row, VendorModel):
                models.append(row)
            else:
                unreadable.append(UnreadableRow(position, row, _label(entries[position - before - 1], key)))
        following = continuation(api, url, page, answer.headers, entries)
    except ListBroken as error:
        raise PageRefused(error.reason, page) from None
    except PageRefused:
        raise
    except Exception as error:
        _LOGGER.exception("the provider class %s failed on an answer", type(api).__name__)
        raise PageRefused(_class_failed(api, error)) from None
    return Page(models, unreadable, following, message_in(page, key) if not entries else None)


def _rows(api: VendorApi, entries: list[Any], damaged: Mapping[int, Reason], key: Secret | None) -> Iterator[VendorModel | Reason]:
    """Each entry's model, or why there is none. Values that repeat earlier ones are shared at once."""
    is_logged, shared = False, sharing()
    for entry in entries:
        if (reason := damaged.get(id(entry))) is not None:
            yield reason
            continue
        try:
            model = api.model(entry)
            yield Reason("row-without-id") if model is None else shared(model)
        except RowUnreadable as error:
            yield _withheld(error.reason, key)
        except ListBroken:
            raise
        except Exception as error:
            if not is_logged:
                _LOGGER.exception("the provider class %s failed on a row", type(api).__name__)
            is_logged = True
            yield _class_failed(api, error)


def _class_failed(api: VendorApi, error: Exception) -> Reason:
    return Reason("provider-class-failed", name=type(api).__name__, said=type(error).__name__)


def _damaged_rows(document: JsonDocument, entries: list[Any], key: Secret | None) -> dict[int, Reason]:
    """Why a row is not trusted, by the identity of its object. Raises PageRefused for damage that is not inside one row.

    What is damaged beside the list (a number out of range in `usage`) is None, and of no interest.
    """
    rows = {id(entry) for entry in entries if isinstance(entry, dict)}
    found: dict[int, Reason] = {}
    for problem in document.problems:
        steps = list(_steps(document.root, problem.path)) if problem.path is not None else []
        row = next((step for step in steps if id(step) in rows), None)
        reason = _withheld(Reason("answer-not-trusted", reason=problem.reason), key)
        if row is not None:
            found.setdefault(id(row), reason)
        elif problem.path is None or _holds_rows(steps[-1], rows):
            raise PageRefused(reason)
    return found


def _steps(root: Any, path: Path) -> Iterator[Any]:
    """The values on the way to a path, the last one included."""
    value = root
    for part in path:
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return
        yield value


def _holds_rows(value: Any, rows: set[int]) -> bool:
    return isinstance(value, list) and (not value or any(id(row) in rows for row in value))


def _label(entry: Any, key: Secret | None) -> str:
    """What an admin may recognise an unreadable row by."""
    text = entry if isinstance(entry, str) else id_in(entry) or ""
    return one_line(text, key, LONGEST_LABEL)


def _document(body: bytes, key: Secret | None) -> JsonDocument:
    if is_web_page(body):
        raise PageRefused(Reason("answer-is-web-page"))
    try:
        return read_json(body)
    except JsonBroken as error:
        if error.problem.reason.code not in _RAW_CONTROL:
            raise PageRefused(_withheld(_unreadable(error), key)) from None
        return _with_controls_escaped(body, key)


def _with_controls_escaped(body: bytes, key: Secret | None) -> JsonDocument:
    """Some vendors send line ends and tabs in texts as they are. As escapes they damage no other row."""
    text = body.decode("utf-8-sig")
    escaped = _STRING.sub(lambda string: _CONTROL.sub(lambda control: json.dumps(control[0])[1:-1], string[0]), text)
    try:
        return read_json(escaped.encode())
    except JsonBroken as error:
        raise PageRefused(_withheld(_unreadable(error), key)) from None


def is_web_page(body: bytes) -> bool:
    return body.lstrip()[:1] == b"<"


def _unreadable(error: JsonBroken) -> Reason:
    cause, place = error.problem.reason, error.problem.place
    if place is None:
        return Reason("answer-unreadable", reason=cause)
    return Reason("answer-unreadable-at", reason=cause, line=place.line, column=place.column)


def _withheld(reason: Reason, key: Secret | None) -> Reason:
    """A reason may quote what came, and the key may have come back."""
    return reason.with_texts(lambda text: one_line(text, key))
