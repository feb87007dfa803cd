"""Every reason that the code can give, read from its syntax trees: code, names of its facts, file."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).resolve().parents[2] / "src"
CONSTRUCTORS = (
    *("Reason", "InvalidValue", "InvalidCombination", "NotAllowed", "Refused"),
    *("NotSignedIn", "WriteRefused", "FlagNotFound", "RequestUnreadable", "ModelMissing"),
)
"""What takes a code and facts by name. `super().__init__("code")` of their subclasses and `refusal="code"` of a policy name codes, too."""

CALLS = tuple(f"{name}(" for name in CONSTRUCTORS)
WORDS = ("refusal", "super().__init__(", *CALLS)
"""A file without any of them names no code, and is not parsed: most are not."""

PASSED_ON = (
    "src/domain/errors/documents.py",
    "src/domain/errors/reason.py",
    "src/domain/errors/root.py",
    "src/domain/model/access/permissions.py",
    "src/adapters/outbound/refusals.py",
    "src/adapters/reason_json.py",
    "src/entrypoints/api/problems.py",
    "src/entrypoints/panel/uses.py",
)
"""Where a code comes from a variable: it was named elsewhere."""


OF_PROGRAMMERS = ("AssertionError", "ImproperlyConfiguredException", "IterableValidationError", "LookupError", "RuntimeError", "TypeError")
"""What only a mistake of ours raises; its text is for us."""

OF_CLICK = ("BadParameter", "ClickException", "UsageError")
"""How the command line itself says that a command was typed wrongly."""


class Raised(NamedTuple):
    code: str
    facts: frozenset[str]
    file: str


@cache
def raised() -> Sequence[Raised]:
    return list(_raised())


def _raised() -> Iterator[Raised]:
    for name, tree in _trees(*WORDS):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                yield from _in_call(node, name)
            if (
                isinstance(node, ast.AnnAssign)
                and isinstance(node.target, ast.Name)
                and node.target.id in ("refusal", "program_refusal")
                and isinstance(node.value, ast.Constant)
                and node.value.value
            ):
                yield Raised(str(node.value.value), frozenset(), name)


def codes_from_variables() -> set[str]:
    """The files that make a reason whose code does not stand there."""
    found = set[str]()
    for name, tree in _trees(*CALLS):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in CONSTRUCTORS and node.args and not isinstance(node.args[0], ast.Constant):
                found.add(name)
    return found


def sentences_in_errors() -> Iterator[str]:
    """Every exception that is raised with a sentence of its own: `file: class: text`."""
    for name, tree in _trees("raise "):
        for node in ast.walk(tree):
            if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _called(node.exc) not in (*OF_PROGRAMMERS, *OF_CLICK):
                for text in ast.walk(ast.Module([ast.Expr(argument) for argument in node.exc.args], [])):
                    if isinstance(text, ast.Constant) and isinstance(text.value, str) and " " in text.value.strip():
                        yield f"{name}: {_called(node.exc)}: {text.value}"


def _trees(*words: str) -> Iterator[tuple[str, ast.Module]]:
    """The files that contain one of the words; the others need not be parsed."""
    for file in sorted(SOURCE.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if any(word in text for word in words):
            yield file.relative_to(SOURCE.parent).as_posix(), ast.parse(text)


def _in_call(node: ast.Call, file: str) -> Iterator[Raised]:
    facts = frozenset(keyword.arg for keyword in node.keywords if keyword.arg)
    is_parent = _called(node) == "__init__" and file.endswith("errors/access.py")
    if (_called(node) in CONSTRUCTORS or is_parent) and node.args and isinstance(node.args[0], ast.Constant):
        yield Raised(str(node.args[0].value), facts, file)
    for keyword in node.keywords:
        if keyword.arg in ("refusal", "program_refusal") and _called(node) == "RightPolicy" and isinstance(keyword.value, ast.Constant):
            yield Raised(str(keyword.value.value), frozenset(), file)


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
