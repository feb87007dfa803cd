"""What is done with uses at a desk, each in two ways as in `desk_operations`: re-pointing, deleting, rolling back, and what a product asks."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen
from hypothesis import strategies as st

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.services.resolution import Outcome
from modeldesk.domain.services.use_plan import UsePlan
from modeldesk.domain.services.uses import UseResult
from tests.support import plain_uses
from tests.support.operation import refusals
from tests.support.plain_offers import Answer, Desk
from tests.support.services import Services
from tests.support.shares import in_shares


@frozen
class PutUse:
    name: str
    use: Mapping[str, Any]
    expected: int | None = None

    def plainly(self, desk: Desk) -> Answer:
        return plain_uses.put(desk, self.name, self.use, self.expected, CLI_ACTOR.name)

    @refusals
    async def through(self, services: Services) -> Answer:
        return plain_result(await services.uses.put(declared_use(self.name, self.use), CLI_ACTOR, self.expected))


@frozen
class DeleteUse:
    name: str
    expected: int | None = None

    def plainly(self, desk: Desk) -> Answer:
        return plain_uses.delete(desk, self.name, self.expected, CLI_ACTOR.name)

    @refusals
    async def through(self, services: Services) -> Answer:
        return plain_result(await services.uses.delete(UseName(self.name), CLI_ACTOR, self.expected))


@frozen
class RollBackUse:
    name: str

    def plainly(self, desk: Desk) -> Answer:
        return plain_uses.roll_back(desk, self.name, CLI_ACTOR.name)

    @refusals
    async def through(self, services: Services) -> Answer:
        return plain_result(await services.uses.roll_back(UseName(self.name), CLI_ACTOR))


@frozen
class ResolveUse:
    name: str

    def plainly(self, desk: Desk) -> Answer:
        return plain_uses.of_use(desk, self.name)

    @refusals
    async def through(self, services: Services) -> Answer:
        return plain_outcome(await services.resolver.of_use(UseName(self.name)))


@frozen
class ResolveAll:
    def plainly(self, desk: Desk) -> Answer:
        return plain_uses.everything(desk)

    async def through(self, services: Services) -> Answer:
        return [[one.use.name if one.use else one.slot.path, plain_outcome(one)] for one in await services.resolver.all()]


def declared_use(name: str, use: Mapping[str, Any]) -> Use:
    fallbacks = tuple(Slug(provider) for provider in use["fallbacks"])
    return Use(UseName(name), CapabilityName(use["capability"]), Slug(use["provider"]), fallbacks=fallbacks)


def plain_use(use: Use | None) -> dict[str, Any] | None:
    """A use in the plain desk's words."""
    return use and {"capability": use.capability, "provider": use.provider, "fallbacks": list(use.fallbacks)}


def plain_result(result: UseResult) -> dict[str, Any]:
    return {"now": plain_use(result.current), "previous": plain_use(result.previous), "version": result.version}


def plain_use_plan(plan: UsePlan) -> dict[str, list[str]]:
    return {
        "created": [use.name for use in plan.created],
        "updated": [update.new.name for update in plan.updated],
        "unchanged": [use.name for use in plan.unchanged],
        "skipped": [use.name for use in plan.skipped],
    }


def plain_outcome(outcome: Outcome) -> Answer:
    """The one model that a product is answered, or why there is none."""
    if outcome.resolution is None:
        assert outcome.refusal is not None
        return [outcome.refusal.code, outcome.refusal.provider]
    found, use = outcome.resolution.resolved, outcome.resolution.use
    return {
        "provider": found.slot.provider,
        "model": found.model.model_id,
        "name": found.model.model_name,
        "version": found.slot_version,
        "use": use and [use.name, use.version],
        "fallbacks": [[one.slot.provider, one.model.model_id] for one in outcome.resolution.fallbacks],
        "generation": outcome.resolution.generation,
    }


NAMES = st.sampled_from(["support", "support", "search"])
USES = st.fixed_dictionaries(
    {
        "capability": st.sampled_from(["chat", "chat", "chat", "image"]),
        "provider": st.sampled_from(["alpha", "alpha", "beta", "beta", "gamma"]),
        "fallbacks": st.lists(st.sampled_from(["alpha", "beta", "gamma"]), max_size=1),
    }
)
DECLARED_USES = st.just({}) | st.dictionaries(NAMES, USES, max_size=2)
_VERSIONS = st.sampled_from([None, None, None, 0, 1, 2])
PUTS = st.builds(PutUse, NAMES, USES, _VERSIONS)
USE_CHANGES = in_shares(PUTS, PUTS, st.builds(DeleteUse, NAMES, _VERSIONS), st.builds(RollBackUse, NAMES))
QUESTIONS = st.builds(ResolveUse, NAMES) | st.builds(ResolveAll)
