"""Refusals of selecting, deselecting, rolling back and importing."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from modeldesk.domain.errors.root import Conflict, Invalid, Outdated


class ActiveModelsAffected(Conflict):
    """An import would take a capability away that has an active model. `slots` are (provider, capability, model id)."""

    code: ClassVar[str] = "active-models-affected"
    slots: Sequence[tuple[str, str, str]]

    @property
    def facts(self) -> Mapping[str, object]:
        return {"models": [f"{provider} {capability}: {model}" for provider, capability, model in self.slots]}


class IdempotencyKeyReused(Invalid):
    """The key was given to another request within the last 24 hours; nothing was done."""

    code: ClassVar[str] = "idempotency-key-reused"


class NothingToRollBack(Conflict):
    """The slot stands where it stood before anything was selected in it."""

    code: ClassVar[str] = "nothing-to-roll-back"
    provider: str
    capability: str


class EditsInConflict(Conflict):
    """Both the declaration and an admin changed these fields (`openai.display_name`) since the last import; nothing was imported."""

    code: ClassVar[str] = "edits-in-conflict"
    fields: Sequence[str]


class PlanConflict(Outdated):
    """The import would change something else than the plan with the `expected` digest; nothing was imported."""

    code: ClassVar[str] = "plan-changed"
    expected: str
    digest: str


class VersionConflict(Outdated):
    """Somebody was faster: the slot has had other versions since the one that was `expected`."""

    code: ClassVar[str] = "slot-changed"
    provider: str
    capability: str
    expected: int
    version: int
