"""The root of everything that Modeldesk refuses, and its kinds."""

from collections.abc import Mapping
from typing import ClassVar

from attrs import define, fields

from modeldesk.domain.errors.reason import Reason, log_text


@define(eq=False)
class ModeldeskError(Exception):
    """The root: catching it catches every refusal of ours, and nothing else."""

    code: ClassVar[str] = "refused"

    @property
    def facts(self) -> Mapping[str, object]:
        """What the code leaves open, by name: the attributes of the error."""
        return {attribute.name: getattr(self, attribute.name) for attribute in fields(type(self))}

    def __str__(self) -> str:
        """For logs; people read the words of their edge."""
        return log_text(self.code, self.facts)


@define(eq=False)
class Invalid(ModeldeskError):
    code: ClassVar[str] = "invalid"


@define(eq=False)
class NotFound(ModeldeskError):
    code: ClassVar[str] = "not-found"


@define(eq=False)
class Conflict(ModeldeskError):
    code: ClassVar[str] = "conflict"


@define(eq=False)
class Outdated(ModeldeskError):
    """The caller has seen an earlier state than the current one; nothing was changed."""

    code: ClassVar[str] = "outdated"


@define(eq=False, init=False)
class NotAllowed(ModeldeskError):
    """`reason` says what is missing: `NotAllowed("super-only")`."""

    code: ClassVar[str] = "not-allowed"
    reason: Reason

    def __init__(self, reason: str, /, **facts: object) -> None:
        self.__attrs_init__(Reason(reason, **facts))


@define(eq=False)
class Unavailable(ModeldeskError):
    code: ClassVar[str] = "unavailable"
