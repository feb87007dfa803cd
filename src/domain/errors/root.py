"""The root of everything that Modeldesk refuses, and its kinds."""

from typing import ClassVar

from attrs import define


@define(eq=False)
class ModeldeskError(Exception):
    """The root: catching it catches every refusal of ours, and nothing else."""

    code: ClassVar[str] = "refused"


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
class NotAllowed(ModeldeskError):
    code: ClassVar[str] = "not-allowed"
    reason: str

    def __str__(self) -> str:
        return self.reason


@define(eq=False)
class Unavailable(ModeldeskError):
    code: ClassVar[str] = "unavailable"
