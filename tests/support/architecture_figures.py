"""The figures of the architecture, read from the source: circles of imports, layers, and the sizes of files, functions and constructors.

Follows every import of `src`, also those inside functions and under `TYPE_CHECKING`: the import contracts leave out the latter, and a circle
of types still keeps a reader from taking files one at a time. Run as a script, it prints the figures and ends with 1 where one is above
its limit.
"""

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from attrs import frozen

PACKAGE = "modeldesk"
SOURCE = Path(__file__).resolve().parents[2] / "src"

MOST_LINES_OF_A_FILE = 320
MOST_LINES_OF_A_FUNCTION = 45
MOST_PARAMETERS = 7

LAYERS = ("domain", "adapters", "entrypoints")
STOREYS = ("domain.suggestions", "domain.errors", "domain.model", "domain.ports", "domain.services")
"""From the ground up: each knows those below it."""

Imports = Mapping[str, frozenset[str]]
Function = ast.FunctionDef | ast.AsyncFunctionDef


@frozen
class Module:
    """A source file; `name` is dotted, without the package."""

    name: str
    path: Path
    text: str
    tree: ast.Module
    nodes: Sequence[ast.AST]
    """All nodes of the tree, walked once for all figures."""

    @property
    def is_domain(self) -> bool:
        return self.name.split(".")[0] == "domain"


def modules(source: Path = SOURCE) -> dict[str, Module]:
    """Every module under `source`, by its dotted name; the package itself is the empty name."""
    found = {}
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        found[name] = Module(name, path, text, tree, list(ast.walk(tree)))
    return found


def imports(found: Mapping[str, Module]) -> Imports:
    """Which modules each module imports, in whatever place of the file it does so."""
    return {name: frozenset(_imported(module, found)) - {name} for name, module in found.items()}


def _imported(module: Module, found: Mapping[str, Module]) -> Iterator[str]:
    for node in module.nodes:
        if isinstance(node, ast.Import):
            yield from (name for alias in node.names if (name := _local(alias.name)) in found)
        elif isinstance(node, ast.ImportFrom):
            start = _local(node.module or "") if not node.level else None
            if start is None:
                continue
            for alias in node.names:
                inside = f"{start}.{alias.name}".lstrip(".")
                yield from (name for name in ([inside] if inside in found else [start]) if name in found)


def _local(name: str) -> str | None:
    """A module's name without the package; None for one of another package."""
    if name == PACKAGE:
        return ""
    return name.removeprefix(f"{PACKAGE}.") if name.startswith(f"{PACKAGE}.") else None


def circles(graph: Imports) -> list[list[str]]:
    """The groups of modules that import one another in a circle (Tarjan's strongly connected components of two or more)."""
    index, low, stack, groups = dict[str, int](), dict[str, int](), list[str](), list[list[str]]()

    def visit(name: str) -> None:
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in sorted(graph.get(name, ())):
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            at = stack.index(name)
            group, stack[at:] = stack[at:], []
            if len(group) > 1:
                groups.append(sorted(group))

    for name in graph:
        if name not in index:
            visit(name)
    return groups


def upward_imports(graph: Imports) -> list[str]:
    """Imports of a layer by one below it, within the domain too."""
    broken = []
    for order in (LAYERS, STOREYS):
        for name, others in graph.items():
            for other in others:
                mine, theirs = _rank(name, order), _rank(other, order)
                if mine is not None and theirs is not None and theirs > mine:
                    broken.append(f"{name} imports {other}")
    return sorted(broken)


def _rank(name: str, order: tuple[str, ...]) -> int | None:
    return next((rank for rank, part in enumerate(order) if f"{name}.".startswith(f"{part}.")), None)


def long_files(found: Mapping[str, Module]) -> list[str]:
    lengths = {module.name: len(module.text.splitlines()) for module in found.values()}
    return [f"{name}: {length} lines" for name, length in lengths.items() if length > MOST_LINES_OF_A_FILE]


def long_test_files(tests: Path) -> list[str]:
    """A test file is as short as the code that it tests; only its lines are read."""
    lengths = {str(path.relative_to(tests)): len(path.read_text(encoding="utf-8").splitlines()) for path in sorted(tests.rglob("*.py"))}
    return [f"{name}: {length} lines" for name, length in lengths.items() if length > MOST_LINES_OF_A_FILE]


def _functions(module: Module) -> Iterator[Function]:
    return (node for node in module.nodes if isinstance(node, Function))


def function_length(function: Function) -> int:
    """From its name to its last line."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def long_functions(found: Mapping[str, Module]) -> list[str]:
    return [
        f"{module.name}.{function.name}: {length} lines"
        for module in found.values()
        for function in _functions(module)
        if (length := function_length(function)) > MOST_LINES_OF_A_FUNCTION
    ]


def wide_constructors(found: Mapping[str, Module]) -> list[str]:
    """Constructors with too many parameters, written ones and those that attrs writes for `@define`.

    The fields of a value, a frozen class, are not the parameters of a service.
    """
    return [
        f"{module.name}.{made.name}: {count} parameters"
        for module in found.values()
        for made in module.nodes
        if isinstance(made, ast.ClassDef) and (count := constructor_width(made)) > MOST_PARAMETERS
    ]


def constructor_width(made: ast.ClassDef) -> int:
    written = [function for function in made.body if isinstance(function, Function) and function.name == "__init__"]
    if written:
        return parameter_count(written[0])
    if any(ast.unparse(decorator).startswith("define") for decorator in made.decorator_list):
        fields = [statement for statement in made.body if isinstance(statement, ast.AnnAssign)]
        return sum("init=False" not in ast.unparse(one) and "ClassVar" not in ast.unparse(one.annotation) for one in fields)
    return 0


def parameter_count(function: Function) -> int:
    given = function.args
    return len(given.posonlyargs) + len(given.args) + len(given.kwonlyargs) - 1


def type_checking_in_the_domain(found: Mapping[str, Module]) -> list[str]:
    return [
        f"{module.name}:{node.lineno}"
        for module in found.values()
        if module.is_domain
        for node in module.nodes
        if (isinstance(node, ast.Name) and node.id == "TYPE_CHECKING") or (isinstance(node, ast.alias) and node.name == "TYPE_CHECKING")
    ]


def quoted_annotations(found: Mapping[str, Module]) -> list[str]:
    """Annotations of the domain in quotes that name anything but the class they stand in."""
    return [f"{module.name}:{line} {text!r}" for module in found.values() if module.is_domain for line, text in _quoted(module.tree, "")]


def _quoted(node: ast.AST, inside: str) -> Iterator[tuple[int, str]]:
    for child in ast.iter_child_nodes(node):
        for annotation in _annotations(child):
            for part in ast.walk(annotation):
                if isinstance(part, ast.Constant) and isinstance(part.value, str) and inside not in _names(part.value):
                    yield part.lineno, part.value
        yield from _quoted(child, child.name if isinstance(child, ast.ClassDef) else inside)


def _annotations(node: ast.AST) -> list[ast.expr]:
    written = [getattr(node, "annotation", None), getattr(node, "returns", None)]
    return [one for one in written if isinstance(one, ast.expr)]


def _names(annotation: str) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(annotation, mode="eval")) if isinstance(node, ast.Name)}


def violations(source: Path = SOURCE) -> dict[str, list[str]]:
    """What is above its limit, by figure; every limit is 0."""
    found = modules(source)
    graph = imports(found)
    return {
        "circles of imports, types included": [" <-> ".join(group) for group in circles(graph)],
        "imports against the layers, within the domain too": upward_imports(graph),
        f"files above {MOST_LINES_OF_A_FILE} lines": long_files(found),
        f"functions above {MOST_LINES_OF_A_FUNCTION} lines": long_functions(found),
        f"constructors above {MOST_PARAMETERS} parameters": wide_constructors(found),
        "TYPE_CHECKING in the domain": type_checking_in_the_domain(found),
        "quoted annotations in the domain": quoted_annotations(found),
    }


def main() -> int:
    broken = violations()
    for figure, where in broken.items():
        print(f"{len(where):4}  {figure}")
        for place in where:
            print(f"        {place}")
    return 1 if any(broken.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
