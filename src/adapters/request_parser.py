"""Bodies and queries of requests into values, through the one converter; every problem comes with its path."""

from collections.abc import Mapping
from typing import Any, TypeVar, cast, get_args, get_origin
from urllib.parse import parse_qsl

from attrs import fields
from cattrs import Converter

from modeldesk.adapters.strict_json.text import JsonBroken, path_text, read_json
from modeldesk.adapters.validation_errors import REFUSALS, misfits, unknown_key
from modeldesk.domain.errors import Malformed, Problem, RequestInvalid

T = TypeVar("T")
MOST_DEPTH = 8
MOST_DIGITS = 18
MOST_PARAMETERS = 50
WORDS: Mapping[str, bool] = {"true": True, "false": False}


class RequestReader:
    """The door for what comes by HTTP."""

    def __init__(self, converter: Converter) -> None:
        self._converter = converter

    def body(self, data: bytes, kind: type[T]) -> T:
        """Raises Malformed for what is not JSON in UTF-8, RequestInvalid for all else that is wrong."""
        try:
            document = read_json(data, most_depth=MOST_DEPTH)
        except JsonBroken as broken:
            place = broken.problem.place
            line, column = (place.line, place.column) if place else (None, None)
            raise Malformed(Problem("$", broken.problem.message, line, column)) from None
        if document.problems:
            raise RequestInvalid([Problem(path_text(problem.path or ()), problem.message) for problem in document.problems])
        return cast(T, self._structured(document.root, kind, ()))

    def query(self, raw: bytes, kind: type[T]) -> T:
        """Each parameter at most once unless its field is a tuple, by the names and types of `kind`'s fields. Raises RequestInvalid."""
        try:
            given = parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
        except ValueError:  # also what is no UTF-8
            raise RequestInvalid(
                [Problem("$.query", f"must be UTF-8, percent-encoded, with at most {MOST_PARAMETERS} parameters")]
            ) from None
        types = {attribute.name: attribute.type for attribute in fields(cast(Any, kind))}
        values, problems = dict[str, Any](), list[Problem]()
        for name, text in given:
            path = path_text(("query", name))
            if name not in types:
                problems.append(Problem(path, unknown_key(name, list(types)).message.replace("key", "parameter", 1)))
            elif get_origin(types[name]) is tuple:
                values.setdefault(name, []).append(_plain(text, get_args(types[name])[0]))
            elif name in values:
                problems.append(Problem(path, "is given twice"))
            else:
                values[name] = _plain(text, types[name])
        if problems:
            raise RequestInvalid(problems)
        return cast(T, self._structured(values, kind, ("query",)))

    def _structured(self, value: object, kind: Any, path: tuple[str, ...]) -> Any:
        try:
            return self._converter.structure(value, kind)
        except REFUSALS as error:
            raise RequestInvalid([Problem(path_text(misfit.path), misfit.message) for misfit in misfits(error, path)]) from None


def _plain(text: str, kind: Any) -> object:
    """A parameter is text; where a field wants a number or a truth, it becomes one if it can."""
    wanted = next((choice for choice in get_args(kind) if choice is not type(None)), kind)
    wanted = getattr(wanted, "__supertype__", wanted)
    if wanted is bool:
        return WORDS.get(text, text)
    digits = text.removeprefix("-")
    if wanted is int and digits.isascii() and digits.isdigit() and len(digits) <= MOST_DIGITS:
        return int(text)
    return text
