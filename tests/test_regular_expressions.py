"""Regular expressions meet texts of strangers: none may take longer than in proportion to the text.

The engine tries every way to divide a text among repetitions, so a repetition without a bound inside another one is what takes exponential or
quadratic time. Those that there are have a separator that the inner one cannot match, or give nothing back.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as codes  # type: ignore[attr-defined] # the engine's own reading of a pattern
from re import _parser as parser  # type: ignore[attr-defined] # as above
from typing import Any

import pytest

import modeldesk
from modeldesk.domain.late_pattern import LatePattern

REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT)
HARMLESS = {
    "_SLUG": "a hyphen begins each further part, and no part holds one",
    "_VERSION": "a dot begins each further part, and no part holds one",
    "SPOKEN": "the same, in ids of at most 200 characters",
    "DISTINCTIVE": "the same, in ids of at most 200 characters",
}
"""Nested repetitions that were looked at, by the names that they have, with the reason why they are linear."""


def patterns() -> dict[str, re.Pattern[Any]]:
    """Every pattern of the program's modules, by the name that it has there."""
    found = dict[str, re.Pattern[Any]]()
    for module in pkgutil.walk_packages(modeldesk.__path__, "modeldesk."):
        if module.name.startswith("modeldesk.adapters.persistence.migrations"):
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            for number, pattern in enumerate(_in(value)):
                if pattern.pattern not in {known.pattern for known in found.values()}:
                    found[f"{module.name}.{name}{f'[{number}]' if number else ''}"] = pattern
    return found


def _in(value: object) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, LatePattern):
        yield re.compile(value.pattern)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _in(entry)


def nests(parsed: Any, inside: bool = False) -> bool:
    """Whether a repetition without a bound stands within another one. One that gives nothing back (`*+`) is none of either."""
    for code, argument in parsed:
        is_endless = code in REPEATS and argument[1] is codes.MAXREPEAT
        if is_endless and inside:
            return True
        for part in _parts(argument):
            if code is not codes.POSSESSIVE_REPEAT and nests(part, inside or is_endless):
                return True
    return False


def _parts(argument: Any) -> Iterator[Any]:
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, list | tuple):
        for part in argument:
            yield from _parts(part)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a+)+", True),
        ("(?:a|b*)*", True),
        ("(?:[^x]*x)*", True),
        ("a+b+", False),
        ("(?:ab)*", False),
        ("(?:a*+b)*+", False),
        ("(a{1,9})*", False),
    ],
)
def test_a_nested_repetition_is_found(text: str, expected: bool) -> None:
    """And nothing else."""
    assert nests(parser.parse(text)) is expected


def test_no_repetition_stands_within_another() -> None:
    """But for those that were looked at; a name that is gone leaves the list."""
    compiled = patterns()
    assert len(compiled) > 90
    nested = {name for name, pattern in compiled.items() if nests(parser.parse(pattern.pattern, pattern.flags))}
    assert {name.rpartition(".")[2].partition("[")[0] for name in nested} == set(HARMLESS)
