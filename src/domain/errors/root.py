"""The root of everything that Modeldesk refuses, and its kinds."""

from collections.abc import Mapping
from inspect import get_annotations
from typing import Any, ClassVar, dataclass_transform, get_origin

from modeldesk.domain.errors.reason import Reason, log_text


@dataclass_transform(eq_default=False)
class ModeldeskError(Exception):
    """The root: catching it catches every refusal of ours, and nothing else.

    The annotations of a kind are its facts, which its constructor takes in their order or by name, as a dataclass does. No constructor is
    generated for each: a start would take longer by all kinds, of which it raises none.
    """

    code: ClassVar[str] = "refused"
    fact_names: ClassVar[tuple[str, ...]] = ()
    """The names of the facts."""

    def __init_subclass__(cls) -> None:
        cls.fact_names = (*cls.fact_names, *(name for name, kind in get_annotations(cls).items() if not _is_of_class(kind)))

    def __init__(self, *given: Any, **named: Any) -> None:
        """Raises TypeError for a fact that is missing, unknown or given twice."""
        values = {**{name: getattr(type(self), name) for name in self.fact_names if hasattr(type(self), name)}, **named}
        positional = dict(zip(self.fact_names, given, strict=False))
        if len(positional) < len(given) or positional.keys() & named.keys() or {*values, *positional} != {*self.fact_names}:
            raise TypeError(type(self).__name__, given, named)
        self.__dict__.update(values | positional)
        super().__init__(*(self.__dict__[name] for name in self.fact_names))

    @property
    def facts(self) -> Mapping[str, object]:
        """What the code leaves open, by name: the attributes of the error."""
        return {name: getattr(self, name) for name in self.fact_names}

    def as_reason(self) -> Reason:
        """The same as a reason, to stand within another refusal or beside a field."""
        return Reason(self.code, **self.facts)

    def __str__(self) -> str:
        """For logs; people read the words of their edge."""
        return log_text(self.code, self.facts)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.facts.items())})"


def _is_of_class(annotation: object) -> bool:
    origin: object = get_origin(annotation)
    return origin is ClassVar


class Invalid(ModeldeskError):
    code: ClassVar[str] = "invalid"


class NotFound(ModeldeskError):
    code: ClassVar[str] = "not-found"


class Conflict(ModeldeskError):
    code: ClassVar[str] = "conflict"


class Outdated(ModeldeskError):
    """The caller has seen an earlier state than the current one; nothing was changed."""

    code: ClassVar[str] = "outdated"


class NotAllowed(ModeldeskError):
    """`reason` says what is missing: `NotAllowed("super-only")`."""

    code: ClassVar[str] = "not-allowed"
    reason: Reason

    def __init__(self, reason: str, /, **facts: object) -> None:
        super().__init__(Reason(reason, **facts))


class Unavailable(ModeldeskError):
    code: ClassVar[str] = "unavailable"
