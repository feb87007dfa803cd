"""Reads a population script of the older system: a Python script with a plain list. The script is parsed, never run."""

import ast
import json
import re
import warnings
from collections.abc import Collection, Iterator
from typing import Any, Never

from attrs import field
from msgspec import Struct

from modeldesk.adapters.strict_json.text import MOST_DEPTH, Path, Place, TextProblem
from modeldesk.adapters.validation_errors import MOST_ERRORS, ValidationError, quoted, unknown_key
from modeldesk.domain.errors import DeclarationInvalid, Problem, Reason
from modeldesk.domain.records import define, frozen

LIST_NAME = "providers_data"
KEYS = (
    "name",
    "slug",
    "display_name",
    "website",
    "api_base_url",
    "description",
    "allow_personal_keys",
    "allow_shared_for_normal_admins",
    "is_active",
    "sort_order",
)
"""The fields of an entry in the older system."""

MOST_BYTES = 1024 * 1024
"""A low limit, because a syntax tree takes about a hundred times the memory of its text. Lists written by hand are short."""

UTF_8_NAMES = ("utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii")
"""The encodings that a script may declare. Others are not looked up, because Python would import a module for that."""

_KINDS = {
    ast.Call: "call",
    ast.Name: "name",
    ast.Attribute: "name",
    ast.JoinedStr: "f-string",
    ast.Starred: "unpacking",
    ast.ListComp: "comprehension",
    ast.DictComp: "comprehension",
    ast.Tuple: "tuple",
    ast.Set: "set",
}
# From the language reference, section on encoding declarations.
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_COMMENT = re.compile(rb"\s*(?:#.*)?")
_CHANGING_METHODS = frozenset(("append", "clear", "extend", "insert", "pop", "remove"))

_Position = tuple[int, int]  # line from 1, and offset in the UTF-8 bytes of that line, as in the syntax tree


@frozen(eq=False)
class Script:
    """The list of a script and the problems of its literals."""

    root: list[Any]
    problems: tuple[TextProblem, ...]
    _positions: dict[Path, _Position]
    _lines: list[str]

    def entries(self) -> tuple[list[Any], list[ValidationError]]:
        """The entries with their known keys only, and a problem for each unknown key."""
        unknown = [
            ValidationError((index, key), unknown_key(key, KEYS).reason)
            for index, entry in enumerate(self.root)
            if isinstance(entry, dict)
            for key in entry
            if key not in KEYS
        ]
        return [_known_part(entry) for entry in self.root], unknown

    def places(self, paths: Collection[Path]) -> dict[Path, Place]:
        """The locations of these values: a member is at its key, a missing value at its nearest parent."""
        return {path: _place(self._lines, self._position(path)) for path in paths}

    def _position(self, path: Path) -> _Position:
        while path not in self._positions:
            path = path[:-1]
        return self._positions[path]


def read_script(source: bytes) -> Script:
    """Reads `providers_data` in a script, at top level or inside a function. Raises DeclarationInvalid if there is no such list."""
    text = _decoded(source)
    lines = text.split("\n")
    node = _list_node(_parsed(text), lines)
    literals = _Literals()
    root = literals.value(node, ())
    if not isinstance(root, list):
        _refuse(Reason("script-list-wrong-type", name=LIST_NAME), _place(lines, (node.lineno, node.col_offset)))
    return Script(root, literals.problems(lines), literals.positions, lines)


def _known_part(entry: Any) -> Any:
    return {key: value for key, value in entry.items() if key in KEYS} if isinstance(entry, dict) else entry


def _refuse(reason: Reason, place: Place | None = None) -> Never:
    raise DeclarationInvalid([Problem("$", reason, place.line, place.column) if place else Problem("$", reason)])


def _decoded(source: bytes) -> str:
    if len(source) > MOST_BYTES:
        _refuse(Reason("script-too-large", most=MOST_BYTES))
    encoding = json.detect_encoding(source[:4])
    if not encoding.startswith("utf-8"):
        _refuse(Reason("text-other-encoding", encoding=encoding.upper()))
    if b"\0" in source:
        _refuse(Reason("script-with-nul"))
    if (declared := _declared_encoding(source)) not in UTF_8_NAMES:
        _refuse(Reason("script-declares-encoding", found=quoted(declared)))
    try:
        return source.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        _refuse(Reason("script-not-utf8", byte=f"0x{source[error.start]:02X}", line=line))


def _declared_encoding(source: bytes) -> str:
    """The encoding that a comment in the first two lines declares; UTF-8 without one."""
    for line in source.split(b"\n", 2)[:2]:
        if cookie := _COOKIE.match(line):
            return cookie[1].decode().lower().replace("_", "-")
        if not _COMMENT.fullmatch(line):
            break
    return "utf-8"


def _parsed(text: str) -> ast.Module:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # warnings about escapes in the user's script are not ours to show
            return ast.parse(text)
    except SyntaxError as error:
        _refuse(Reason("script-not-python", said=error.msg), Place(error.lineno or 1, max(error.offset or 1, 1)))
    except (RecursionError, MemoryError, ValueError):
        _refuse(Reason("script-too-deep"))


def _list_node(tree: ast.Module, lines: list[str]) -> ast.expr:
    """The value of the only assignment. Refuses a script that changes the list later, because only running it would give the result."""
    values = [value for node in ast.walk(tree) if (value := _assigned(node)) is not None]
    if not values:
        _refuse(Reason("script-without-list", name=LIST_NAME))
    changes = sorted((node.lineno, node.col_offset) for node in ast.walk(tree) for node in _changes(node))
    if len(changes) > 1:
        _refuse(Reason("script-list-changed", name=LIST_NAME), _place(lines, changes[1]))
    return values[0]


def _assigned(node: ast.AST) -> ast.expr | None:
    match node:
        case ast.Assign(targets=targets, value=value) if any(_is_it(target) for target in targets):
            return value
        case ast.AnnAssign(target=target, value=value) if _is_it(target):
            return value
    return None


def _changes(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions in this node that assign the list or change it."""
    match node:
        case ast.AnnAssign(value=None):
            pass
        case ast.Assign(targets=targets):
            yield from (target for target in targets if _is_it(_base(target)))
        case ast.AnnAssign(target=target) | ast.AugAssign(target=target) | ast.NamedExpr(target=target) if _is_it(_base(target)):
            yield target
        case ast.Call(func=ast.Attribute(value=value, attr=method)) if method in _CHANGING_METHODS and _is_it(value):
            yield value


def _base(target: ast.expr) -> ast.expr:
    while isinstance(target, ast.Subscript):
        target = target.value
    return target


def _is_it(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == LIST_NAME


def _place(lines: list[str], position: _Position) -> Place:
    line, offset = position
    text = lines[line - 1]
    return Place(line, (offset if text.isascii() else len(text.encode()[:offset].decode())) + 1)


class _Finding(Struct, frozen=True):
    path: Path
    reason: Reason
    at: _Position
    first: _Position | None


@define
class _Literals:
    """Reads literals. Anything else becomes None and a problem."""

    positions: dict[Path, _Position] = field(factory=dict)
    _findings: list[_Finding] = field(factory=list)

    def value(self, node: ast.expr, path: Path) -> Any:
        self.positions.setdefault(path, (node.lineno, node.col_offset))
        if len(path) >= MOST_DEPTH:
            return self._report(path, Reason("too-deep", most=MOST_DEPTH), node)
        match node:
            case ast.Constant(value=value):
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return -number
            case ast.List(elts=items):
                return [self.value(item, (*path, index)) for index, item in enumerate(items)]
            case ast.Dict(keys=keys, values=values):
                return self._members(keys, values, path)
        kind = _KINDS.get(type(node), "expression")
        return self._report(path, Reason("script-not-plain", given=kind), node)

    def _members(self, keys: list[ast.expr | None], values: list[ast.expr], path: Path) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in zip(keys, values, strict=True):
            if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                self._report(path, Reason("script-key-not-text"), key or value)
                continue
            here = (*path, key.value)
            if key.value in members:
                self._report(here, Reason("key-repeated"), key, self.positions[here])
            self.positions[here] = (key.lineno, key.col_offset)
            members[key.value] = self.value(value, here)
        return members

    def _report(self, path: Path, reason: Reason, node: ast.expr, first: _Position | None = None) -> None:
        if len(self._findings) < MOST_ERRORS:
            self._findings.append(_Finding(path, reason, (node.lineno, node.col_offset), first))

    def problems(self, lines: list[str]) -> tuple[TextProblem, ...]:
        """The problems with their locations, which need the lines of the script."""
        return tuple(TextProblem(entry.path, _located_reason(entry, lines), _place(lines, entry.at)) for entry in self._findings)


def _located_reason(finding: _Finding, lines: list[str]) -> Reason:
    if finding.first is None:
        return finding.reason
    first = _place(lines, finding.first)
    return finding.reason.adding(line=first.line, column=first.column)
