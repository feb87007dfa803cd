"""What is wrong with the fields of a form, so that each refusal stands beside its field."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias, TypeVar

from modeldesk.domain.errors import InvalidCombination, InvalidValue, Problem, RequestInvalid
from modeldesk.entrypoints.panel.services import Panel

T = TypeVar("T")
FieldProblems: TypeAlias = Mapping[str, Problem]
"""The first problem of each field, by the name of the field."""

_MEMBER = re.compile(r"\$\.options\.(\w+)(?:\.(\w+))?")

ARABIC_DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩٫", "01234567890123456789.")


class FormInvalid(Exception):
    """A form of which no command can be made."""

    def __init__(self, problems: FieldProblems) -> None:
        super().__init__()
        self.problems = problems


def checked_fields(panel: Panel, kind: type[T], values: Mapping[str, object], fields: Mapping[str, str]) -> T:
    """A value of `kind` from texts by member; None means not given. `fields` are the form's names of members that it calls otherwise.

    Raises FormInvalid with a problem for each wrong field.
    """
    try:
        return panel.container.request_parser().options(values, kind)
    except RequestInvalid as error:
        raise FormInvalid(_by_field(error.problems, fields)) from None
    except InvalidCombination as error:
        raise FormInvalid({error.member: Problem(error.member, error.reason)}) from None


def checked_text(name: str, text: str, rule: Callable[[str], T]) -> T:
    """A single field by its rule. Raises FormInvalid."""
    try:
        return rule(text)
    except InvalidValue as error:
        raise FormInvalid({name: Problem(name, error.reason)}) from None


def plain_number(text: str) -> str:
    """The number with the digits of JSON, whatever digits it was typed with."""
    return text.translate(ARABIC_DIGITS)


def _by_field(problems: Iterable[Problem], fields: Mapping[str, str]) -> FieldProblems:
    found = dict[str, Problem]()
    for problem in problems:
        match = _MEMBER.match(problem.path)
        member, inner = (match[1], match[2] or "") if match else (problem.path, "")
        found.setdefault(inner or fields.get(member, member), problem)
    return found
