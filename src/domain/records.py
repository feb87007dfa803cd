"""How classes with fields are made: attrs reads the fields, and what needs no code of its own is shared.

attrs writes and compiles `__init__`, `__repr__`, `__eq__` and `__hash__` for each class, at each start. Only `__init__` gains from that. mypy knows
both decorators by a plug-in (`.typing/records_plugin.py`).
"""

import gc
from collections.abc import Callable
from operator import attrgetter
from reprlib import recursive_repr
from typing import Any, TypeVar, dataclass_transform, overload

import attrs

C = TypeVar("C", bound=type)


@overload
def frozen(made: C) -> C: ...
@overload
def frozen(*, eq: bool = True, init: bool = True, kw_only: bool = False, weakref_slot: bool = True) -> Callable[[C], C]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(attrs.field,))
def frozen(made: Any = None, *, eq: bool = True, **options: bool) -> Any:
    """A value: it cannot be changed, and equals another one of its class whose fields are equal (but those with `eq=False`)."""

    def decorated(kind: Any) -> Any:
        own = vars(kind)
        decorated = _made_by(attrs.frozen, kind, **options)
        if eq and "__eq__" not in own:
            _compare_by_fields(decorated, has_own_hash="__hash__" in own)
        _show(decorated)
        return decorated

    return decorated if made is None else decorated(made)


@dataclass_transform(eq_default=False, field_specifiers=(attrs.field,))
def define(made: C) -> C:
    """An object that acts or changes: it equals itself alone."""
    decorated: C = _made_by(attrs.define, made)
    _show(decorated)
    return decorated


def _made_by(decorate: Any, kind: Any, **options: bool) -> Any:
    """The class that `attrs.frozen` or `attrs.define` makes of this one.

    attrs leaves a cycle of 8 KB behind for each class. Where the collector is off, that cycle is collected here, without a look at older objects.
    Those may be garbage later, and stay frozen only where some were frozen before.
    """
    if gc.isenabled():
        return decorate(kind, repr=False, eq=False, **options)
    were_frozen = gc.get_freeze_count()
    gc.freeze()
    decorated = decorate(kind, repr=False, eq=False, **options)
    gc.collect()
    if not were_frozen:
        gc.unfreeze()
    return decorated


def _show(kind: Any) -> None:
    if kind.__repr__ is object.__repr__:
        kind.__repr__ = _as_text


@recursive_repr()
def _as_text(record: Any) -> str:
    """As attrs writes it. A field with `repr=False` is left out: it may hold a secret."""
    kind: Any = type(record)
    shown: list[tuple[str, Any]] = [(field.name, field.repr) for field in attrs.fields(kind) if field.repr]
    texts = (f"{name}={(repr if written is True else written)(getattr(record, name))}" for name, written in shown)
    return f"{kind.__qualname__.rpartition('>.')[2]}({', '.join(texts)})"


def _compare_by_fields(kind: Any, *, has_own_hash: bool) -> None:
    compared = [field.name for field in attrs.fields(kind) if field.eq]
    values: Callable[[Any], object] = attrgetter(*compared) if compared else lambda _: ()

    def equals(record: Any, other: object) -> bool:
        return values(record) == values(other) if other.__class__ is record.__class__ else NotImplemented

    def hashed(record: Any) -> int:
        return hash(values(record))

    kind.__eq__ = equals
    if not has_own_hash:
        kind.__hash__ = hashed
