"""Every error code with its status, its meaning and its facts, read from the errors themselves."""

from collections.abc import Iterator
from importlib import import_module
from inspect import cleandoc
from pkgutil import walk_packages

from attrs import fields

import modeldesk
from modeldesk.domain.errors import ModeldeskError
from modeldesk.entrypoints.error_status import STATUSES
from reference.markdown import code, table

HEAD = """# Error codes

A problem's `type` is `urn:modeldesk:problem:` and one of these codes. Codes are stable; sentences are not. At the command line every one of them is exit code 1.

"""


def page() -> str:
    """A table of all codes, in the order of the alphabet."""
    rows = sorted((code(kind.code), status(kind), meaning(kind)) for kind in kinds())
    return HEAD + table(("code", "status", "meaning"), rows)


def kinds() -> Iterator[type[ModeldeskError]]:
    """Every error with a code of its own, also of adapters: those count once the module that declares them is loaded."""
    for module in walk_packages(modeldesk.__path__, "modeldesk."):
        if ".migrations" not in module.name:
            import_module(module.name)
    waiting: list[type[ModeldeskError]] = [ModeldeskError]
    while waiting:
        kind = waiting.pop()
        if "code" in vars(kind):
            yield kind
        waiting += kind.__subclasses__()


def status(kind: type[ModeldeskError]) -> str:
    """The HTTP status; nothing for an error that only the command line meets."""
    return next((str(STATUSES[family]) for family in kind.__mro__ if family in STATUSES), "")


def meaning(kind: type[ModeldeskError]) -> str:
    """The first paragraph of the docstring, and the facts that come with the code."""
    said = " ".join(cleandoc(vars(kind).get("__doc__") or "").partition("\n\n")[0].split())
    facts = ", ".join(code(field.name) for field in fields(kind))
    return f"{said} Facts: {facts}." if facts else said
