"""Optional packages: those of our extras, and those that libraries import but a server does not need."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from threading import RLock
from typing import Any

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.records import frozen


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


def postpone(package: str, *functions: str) -> None:
    """Defers the execution of a package to its first use. Does nothing if it is already imported, or not installed.

    The module is there at once: who imports the package, or a part of it, before and after the first use has the same one.
    A `from … import` is a use, except of the `functions`: to call one is the use.
    `importlib.util.LazyLoader` of Python 3.11 does not wait: it executes the package at the next `import`.
    """
    if package in sys.modules or (spec := find_spec(package)) is None or spec.loader is None:
        return
    module, lock, loaders = module_from_spec(spec), RLock(), [spec.loader]

    def content(name: str) -> Any:
        with lock:  # other threads wait for the one that executes the package, whose own parts may import it meanwhile
            while loaders:
                loader = loaders.pop()
                try:
                    loader.exec_module(module)
                except BaseException:  # as without a free descriptor: the next use tries again
                    loaders.append(loader)
                    raise
        return object.__getattribute__(module, name)

    def calling(name: str) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            return content(name)(*args, **kwargs)

        return call

    vars(module).update({name: calling(name) for name in functions}, __getattr__=content)
    sys.modules[package] = module


def require_installed(*packages: str) -> None:
    """Raises ModuleNotFoundError for a package that is needed later. Imports none that is there."""
    for package in packages:
        if find_spec(package) is None:
            import_module(package)


def require_extra(extra: str, package: str) -> None:
    """Raises InvalidValue if the package that this extra of Modeldesk brings is not installed. Imports nothing."""
    if find_spec(package) is None:
        raise InvalidValue("extra-not-installed", extra=extra, package=package)
