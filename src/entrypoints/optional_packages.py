"""Optional packages: those of our extras, and those that libraries import but a server does not need."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from attrs import frozen

from modeldesk.domain.errors import InvalidValue


@frozen
class _Hidden:
    """Finds none of the packages. A None in `sys.modules` would not do: compiled modules take it for the module."""

    packages: tuple[str, ...]

    def find_spec(self, name: str, *_: object) -> None:
        if name.partition(".")[0] in self.packages:
            raise ModuleNotFoundError(name=name)


@contextmanager
def hidden(*packages: str) -> Iterator[None]:
    """Inside, importing one of the packages fails as if it were not installed, unless it was imported before."""
    finder = _Hidden(tuple(package for package in packages if package not in sys.modules))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


def postpone(package: str) -> None:
    """Defers the import of a package to its first use. Does nothing if it is already imported, or not installed.

    `importlib.util.LazyLoader` of Python 3.11 does not wait: it imports the package at the next `import`.
    """
    if package in sys.modules or find_spec(package) is None:
        return
    stub = ModuleType(package)

    def content(name: str) -> object:
        if sys.modules.get(package) is stub:
            del sys.modules[package]
        return getattr(import_module(package), name)

    vars(stub)["__getattr__"] = content
    sys.modules[package] = stub


def require_extra(extra: str, package: str) -> None:
    """Raises InvalidValue if the package that this extra of Modeldesk brings is not installed. Imports nothing."""
    if find_spec(package) is None:
        raise InvalidValue("extra-not-installed", extra=extra, package=package)
