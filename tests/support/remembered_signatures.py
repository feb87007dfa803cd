"""Applications made one after the other in a process: the framework reads the signature of a handler for each of them, and it is always the same.

That is a quarter of the time that an application takes.
"""

from collections.abc import Callable
from typing import Any

from litestar.utils.signature import ParsedSignature


def remember_signatures() -> None:
    """For as long as this process lives. A second call changes nothing."""
    if ParsedSignature.from_fn.__func__ is not _remembered:  # type: ignore[attr-defined] # a class method has its function
        ParsedSignature.from_fn = classmethod(_remembered)  # type: ignore[assignment, method-assign]


_READ = ParsedSignature.from_fn
_KNOWN = dict[tuple[Callable[..., Any], frozenset[str]], ParsedSignature]()


def _remembered(_: type[ParsedSignature], handler: Callable[..., Any], namespace: dict[str, Any]) -> ParsedSignature:
    name = handler, frozenset(namespace)
    if name not in _KNOWN:
        _KNOWN[name] = _READ(handler, namespace)
    return _KNOWN[name]
