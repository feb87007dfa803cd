"""Parses REST requests, options of commands and forms into commands and queries, by one converter. Every problem has a path."""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, TypeVar, cast, get_args, get_origin
from urllib.parse import parse_qsl

from attrs import fields
from cattrs import BaseValidationError, Converter
from msgspec.json import decode

from modeldesk.adapters.declaration.report import problems_of
from modeldesk.adapters.strict_json.text import JsonBroken, JsonDocument, path_text, read_json
from modeldesk.adapters.validation_errors import MOST_ERRORS, MOST_KEYS_NAMED, REFUSALS, ValidationError, errors_in, quoted
from modeldesk.domain.errors import InvalidCombination, InvalidValue, Malformed, Problem, Reason, RequestInvalid
from modeldesk.domain.suggestions import nearest

T = TypeVar("T")
MOST_DEPTH = 8
MOST_DIGITS = 18
MOST_PARAMETERS = 50
MOST_MARKS = 20_000
"""Brackets, colons and commas of a body, those inside texts included: a body of as many members takes longer to read than the answer to it."""

MOST_KINDS = 128
"""Kinds of queries whose value without any parameter is kept: most requests have none, and values do not change."""

LONGEST_PLAIN = 1024
"""Bytes of a body whose members may be read without the careful reading."""

_TEXT = rb'"[ !#-\[\]-~]*+"'
_PLAIN_MEMBER = _TEXT + rb": ?(?:" + _TEXT + rb"|true|false|null)"
_PLAIN_MEMBERS = re.compile(rb"\{" + _PLAIN_MEMBER + rb"(?:, ?" + _PLAIN_MEMBER + rb")*+\}")

BOOLEANS: Mapping[str, bool] = {"true": True, "false": False}


class RequestParser:
    """The one way from outside to a value of `entrypoints.commands`."""

    def __init__(self, converter: Converter) -> None:
        self._converter = converter
        self._of_empty_query = lru_cache(maxsize=MOST_KINDS)(self._structure_empty_query)

    def body(self, data: bytes, kind: type[T]) -> T:
        """A body as a value of `kind`. Raises Malformed if it is not JSON in UTF-8, RequestInvalid with every other problem."""
        _require_few_values(data, kind)
        if (members := plain_members(data)) is not None:
            return cast(T, self._structured(members, kind, ()))
        document = _document(data)
        if not document.problems:
            return cast(T, self._structured(document.root, kind, ()))
        problems = [Problem(path_text(problem.path or ()), problem.reason) for problem in document.problems]
        if document.is_complete:
            places = {problem.path for problem in problems}  # a value with a problem of the text is None, about which nothing more is said
            try:
                self._structured(document.root, kind, ())
            except RequestInvalid as refused:
                problems += [problem for problem in refused.problems if problem.path not in places]
        raise RequestInvalid(problems)

    def file(self, data: bytes, kind: type[T]) -> T:
        """As `body`, of a file that a person edits: all problems at once, each with its line and column."""
        _require_few_values(data, kind)
        document, errors = _document(data), list[ValidationError]()
        if document.is_complete:
            try:
                value = self._converter.structure(document.root, cast(Any, kind))
            except REFUSALS as error:
                errors = list(islice(errors_in(error), MOST_ERRORS))
        if problems := problems_of(document, errors):
            raise RequestInvalid(problems)
        return cast(T, value)

    def query(self, raw: bytes, kind: type[T]) -> T:
        """A query string as a value of `kind`. A parameter may repeat only if its field is a tuple. Raises RequestInvalid with every
        problem: unknown and repeated parameters first.
        """
        if not raw:
            return cast(T, self._of_empty_query(cast("Hashable", kind)))
        try:
            parameters = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
        except ValueError:  # includes invalid UTF-8
            raise RequestInvalid([Problem("$.query", Reason("query-unreadable", most=MOST_PARAMETERS))]) from None
        types = {attribute.name: attribute.type for attribute in fields(cast(Any, kind))}
        values, problems = dict[str, Any](), list[Problem]()
        for name, text in parameters:
            path = path_text(("query", name))
            if name not in types:
                problems.append(Problem(path, unknown_parameter(name, list(types))))
            elif get_origin(types[name]) is tuple:
                values.setdefault(name, []).append(_plain(text, get_args(types[name])[0]))
            elif name in values:
                problems.append(Problem(path, Reason("parameter-repeated")))
            else:
                values[name] = _plain(text, types[name])
        try:
            value = self._structured(values, kind, ("query",))
        except RequestInvalid as refused:
            raise RequestInvalid([*problems, *refused.problems]) from None
        if problems:
            raise RequestInvalid(problems)
        return cast(T, value)

    def options(self, values: Mapping[str, object], kind: type[T]) -> T:
        """A value of `kind` from the options of a command by name; None means not given.

        Raises InvalidCombination, or RequestInvalid with every problem of single options.
        """
        try:
            return cast(T, self._converter.structure(_given(values, kind), cast(Any, kind)))
        except REFUSALS as error:
            first = next(_invalid_values(error))
            if isinstance(first, InvalidCombination):
                raise first from None
            raise _request_invalid(error, ("options",)) from None

    def form(self, values: Mapping[str, object], kind: type[T]) -> T:
        """A value of `kind` from the fields of a form by name; None means not given. Raises InvalidValue for the first problem."""
        try:
            return cast(T, self._converter.structure(_given(values, kind), cast(Any, kind)))
        except REFUSALS as error:
            raise next(_invalid_values(error)) from None

    def _structure_empty_query(self, kind: Hashable) -> Any:
        return self._structured({}, kind, ("query",))

    def _structured(self, value: object, kind: Any, path: tuple[str, ...]) -> Any:
        try:
            return self._converter.structure(value, kind)
        except REFUSALS as error:
            raise _request_invalid(error, path) from None


def plain_members(data: bytes) -> dict[str, object] | None:
    """The members of an object that holds nothing but plain texts, booleans and nulls, as most small bodies do; None for any other body.

    The careful reading would find the same: there is no number, no escape, nothing but ASCII, nothing nested, and no name twice.
    """
    if len(data) > LONGEST_PLAIN or _PLAIN_MEMBERS.fullmatch(data) is None:
        return None
    members: dict[str, object] = decode(data)
    return members if len(members) == data.count(b'":') else None


def _require_few_values(data: bytes, kind: type) -> None:
    """Raises RequestInvalid if the body has more values than `kind` may have."""
    most = getattr(kind, "MOST_MARKS", MOST_MARKS)
    if sum(map(data.count, (b"{", b"[", b":", b","))) > most:
        raise RequestInvalid([Problem("$", Reason("body-too-many-values", most=most))])


def _document(data: bytes) -> JsonDocument:
    """Raises Malformed."""
    try:
        return read_json(data, most_depth=MOST_DEPTH)
    except JsonBroken as broken:
        place = broken.problem.place
        line, column = (place.line, place.column) if place else (None, None)
        raise Malformed(Problem("$", broken.problem.reason, line, column)) from None


def unknown_parameter(name: str, known: Sequence[str]) -> Reason:
    """As of an unknown key, in the word for a query."""
    return Reason("unknown-parameter", key=quoted(name), nearest=nearest(name, known), known=known if len(known) <= MOST_KEYS_NAMED else ())


def _request_invalid(error: Exception, path: tuple[str, ...]) -> RequestInvalid:
    return RequestInvalid([Problem(path_text(found.path), found.reason) for found in errors_in(error, path)])


def _given(values: Mapping[str, object], kind: Any) -> dict[str, object]:
    """The values that are given, as the converter expects them: numbers for texts where a field is one."""
    types = {attribute.name: attribute.type for attribute in fields(kind)}
    return {name: _json(value, types[name]) for name, value in values.items() if value is not None}


def _json(value: object, kind: Any) -> object:
    if isinstance(value, tuple):
        return list(value)
    return _plain(value, kind) if isinstance(value, str) else value


def _invalid_values(error: BaseException) -> Iterator[InvalidValue]:
    """The refused values as the rules of the domain raised them."""
    match error:
        case BaseValidationError():
            for inner in error.exceptions:
                yield from _invalid_values(inner)
        case InvalidValue():
            yield error
        case KeyError():
            yield InvalidValue("key-missing-in-object", key=str(error.args[0]))
        case _:
            raise error


def _plain(text: str, kind: Any) -> object:
    """The text of a parameter, as a number or boolean if the field's type is one and the text is valid."""
    expected = next((choice for choice in get_args(kind) if choice is not type(None)), kind)
    expected = getattr(expected, "__supertype__", expected)
    if expected is bool:
        return BOOLEANS.get(text, text)
    digits = text.removeprefix("-")
    if expected is int and digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS:
        return int(text)
    return text
