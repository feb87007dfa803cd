"""What is wrong in a document, told with places: the problems of its text and the errors of its values, in one list."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from modeldesk.adapters.strict_json.text import JsonBroken, JsonDocument, Path, Place, TextProblem, path_text, read_json
from modeldesk.adapters.validation_errors import MOST_ERRORS, ValidationError
from modeldesk.domain.errors import DeclarationBroken, Problem, Reason

_HALF = re.compile("[\ud800-\udfff]")


class Document(Protocol):
    """A text that was read: its value, what is wrong with the text itself, and where things stand in it."""

    @property
    def root(self) -> object: ...

    @property
    def problems(self) -> Sequence[TextProblem]:
        """A value with a problem of its own stands in `root` as None."""
        ...

    def places(self, paths: Collection[Path]) -> Mapping[Path, Place]: ...


def opened(data: bytes, root: str = "$") -> JsonDocument:
    """The document of a JSON text; `root` begins the paths of its problems. Raises DeclarationBroken where it cannot be read."""
    try:
        return read_json(data)
    except JsonBroken as broken:
        raise DeclarationBroken([_text_problem(broken.problem, root)]) from broken


def reported(document: Document, errors: Sequence[ValidationError], root: str = "$") -> list[Problem]:
    """Everything wrong in it, in the order of the text. What the text's own problems say already is not said again."""
    said = {problem.path for problem in document.problems}
    news = [error for error in errors[:MOST_ERRORS] if not (error.path in said and _is_no_value(document.root, error.path))]
    places = document.places({path for error in news for path in (error.path, error.first) if path is not None})
    problems = [_text_problem(problem, root) for problem in document.problems]
    problems += [_problem(error, places, root) for error in news]
    if len(errors) >= MOST_ERRORS:
        problems.append(Problem(root, Reason("problems-cut", most=MOST_ERRORS)))
    return sorted(problems, key=_in_order_of_the_text)


def _text_problem(problem: TextProblem, root: str) -> Problem:
    return _placed(problem.path or (), problem.reason, problem.place, root)


def _problem(error: ValidationError, places: Mapping[Path, Place], root: str) -> Problem:
    reason = error.reason
    if error.first is not None:
        first = places[error.first]
        reason = reason.adding(line=first.line, column=first.column)
    return _placed(error.path, reason, places[error.path], root)


def _placed(path: Path, reason: Reason, place: Place | None, root: str) -> Problem:
    shown = root + path_text(path).removeprefix("$")
    return Problem(shown, reason, place.line, place.column) if place else Problem(shown, reason)


def _in_order_of_the_text(problem: Problem) -> tuple[bool, int, int]:
    # Without a place it concerns the text as a whole, and is a remark about the others.
    return (problem.line is None, problem.line or 0, problem.column or 0)


def _is_no_value(root: object, path: Path) -> bool:
    """Whether something stood there that is no value of JSON, so that no rule for values has anything to add."""
    value = root
    for part in path:
        value = _part(value, part)
    texts = [text for text in (value, *path[-1:]) if isinstance(text, str)]
    return value is None or any(_HALF.search(text) for text in texts)


def _part(value: object, part: str | int) -> object:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) else None
