"""Refusals of selecting, deselecting, rolling back and importing."""

from collections.abc import Sequence
from typing import ClassVar

from attrs import define

from modeldesk.domain.errors.root import Conflict, ModeldeskError


@define(eq=False)
class ActiveModelsAffected(Conflict):
    """An import would take a capability away in which a model is in use. `slots` are (provider, capability, model id)."""

    code: ClassVar[str] = "active-models-at-stake"
    slots: Sequence[tuple[str, str, str]]

    def __str__(self) -> str:
        named = "; ".join(f"{provider} {capability}: {model}" for provider, capability, model in self.slots)
        return (
            f"this import takes away capabilities whose model is in use ({named}); nothing was imported. --deactivate-lost deactivates them "
            "(over REST deactivate_lost=true)"
        )


@define(eq=False)
class NothingToRollBack(Conflict):
    """The slot stands where it stood before anything was chosen for it."""

    code: ClassVar[str] = "nothing-to-roll-back"
    slug: str
    capability: str

    def __str__(self) -> str:
        return f"nothing was chosen for {self.slug!r} {self.capability!r} that could be taken back"


@define(eq=False)
class VersionConflict(ModeldeskError):
    """Somebody was faster: the slot has had other versions since the one that was `expected`."""

    code: ClassVar[str] = "slot-changed"
    slug: str
    capability: str
    expected: int
    version: int

    def __str__(self) -> str:
        return f"{self.slug!r} {self.capability!r} is at version {self.version} by now, not {self.expected}; look at it again first"
