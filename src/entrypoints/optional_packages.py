"""Hiding optional packages from libraries that import them wherever they are installed."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from attrs import frozen


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
