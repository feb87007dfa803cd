"""Reports on documents: the problems of the text and the errors in the values, in one list with locations."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from modeldesk.adapters.strict_json.text import JsonBroken, JsonDocument, Path, Place, TextProblem, path_text, read_json
from modeldesk.adapters.validation_errors import MOST_ERRORS, ValidationError
from modeldesk.domain.errors import DeclarationBroken, Problem, Reason

_HALF = re.compile("[\ud800-\udfff]")


class Document(Protocol):
    """A parsed document: its value, the problems of its text, and the locations of values."""

    @property
    def root(self) -> object: ...

    @property
    def problems(self) -> Sequence[TextProblem]:
        """The problems of the text. A value with a problem is None in `root`."""
        ...

    def places(self, paths: Collection[Path]) -> Mapping[Path, Place]: ...


def open_document(data: bytes, root: str = "$") -> JsonDocument:
    """Parses a JSON document. `root` starts the paths of its problems. Raises DeclarationBroken for invalid JSON."""
    try:
        return read_json(data)
    except JsonBroken as broken:
        raise DeclarationBroken([_text_problem(broken.problem, root)]) from broken


def problems_of(document: Document, errors: Sequence[ValidationError], root: str = "$") -> list[Problem]:
    """All problems of a document, in the order of the text. Omits errors that repeat a problem of the text."""
    reported = {problem.path for problem in document.problems}
    further = [error for error in errors[:MOST_ERRORS] if not (error.path in reported and _is_no_value(document.root, error.path))]
    places = document.places({path for error in further for path in (error.path, error.first) if path is not None})
    problems = [_text_problem(problem, root) for problem in document.problems]
    problems += [_problem(error, places, root) for error in further]
    if len(errors) >= MOST_ERRORS:  # a text that is not complete says so itself
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
    # Problems without a location concern the whole text and come last.
    return (problem.line is None, problem.line or 0, problem.column or 0)


def _is_no_value(root: object, path: Path) -> bool:
    """Whether the text has no valid JSON value at this path, so that errors in its value are pointless."""
    value = root
    for part in path:
        value = _part(value, part)
    texts = [text for text in (value, *path[-1:]) if isinstance(text, str)]
    return value is None or any(_HALF.search(text) for text in texts)


def _part(value: object, part: str | int) -> object:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) else None
