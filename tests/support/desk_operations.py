"""What a client may do at a desk, each deed in two ways: as the plain desk means it, and through the services. Both give the same answer."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from attrs import frozen
from hypothesis import strategies as st

from modeldesk.domain.errors import ActiveModelsAffected, ModeldeskError
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.provider import Capability, DeclaredModel, Provider, Slot
from modeldesk.domain.model.selection import SelectModel, StoredModelStatus
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, SingleLineText, Slug
from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.domain.services.import_plan import DeclaredProvider, ImportOptions, ImportPlan
from tests.support import plain_desk
from tests.support.actors import by
from tests.support.desk_services import KNOWN
from tests.support.plain_desk import Answer, Desk
from tests.support.services import Services

Place = tuple[str, str]


class Operation(Protocol):
    def plainly(self, desk: Desk) -> Answer:
        """Changes the plain desk and answers."""

    async def through(self, services: Services) -> Answer:
        """Does it for real; answers in the same words, a refusal as [code, what it is about]."""


def refusals(reported: Callable[[Any, Services], Any]) -> Callable[[Any, Services], Any]:
    async def through(self: Any, services: Services) -> Answer:
        try:
            return await reported(self, services)
        except ActiveModelsAffected as refusal:
            return [refusal.code, [list(slot) for slot in refusal.slots]]
        except ModeldeskError as refusal:
            return [refusal.code, getattr(refusal, "provider", None)]

    return through


@frozen
class Import:
    declared: tuple[Mapping[str, Any], ...]
    by: str
    force: bool = True
    prune: bool = False
    deactivate_lost: bool = False
    dry_run: bool = False

    def plainly(self, desk: Desk) -> Answer:
        how = {"force": self.force, "prune": self.prune, "deactivate_lost": self.deactivate_lost, "dry_run": self.dry_run}
        return plain_desk.import_providers(desk, self.declared, by=CLI_ACTOR.name, **how)

    @refusals
    async def through(self, services: Services) -> Answer:
        declared, options = (
            [declared_provider(entry) for entry in self.declared],
            ImportOptions(self.force, self.prune, self.deactivate_lost),
        )
        if self.dry_run:
            return told_plan(await services.registration.plan(declared, options))
        return told_plan(await services.registration.register(declared, options, CLI_ACTOR))


@frozen
class Populate:
    declared: tuple[Mapping[str, Any], ...]
    by: str

    def plainly(self, desk: Desk) -> Answer:
        return plain_desk.populate(desk, self.declared)

    @refusals
    async def through(self, services: Services) -> Answer:
        return told_plan(await services.registration.populate([declared_provider(entry) for entry in self.declared], CLI_ACTOR))


@frozen
class Switch:
    provider: str
    is_active: bool
    expected: int | None = None

    def plainly(self, desk: Desk) -> Answer:
        return plain_desk.switch(desk, self.provider, self.is_active, self.expected)

    @refusals
    async def through(self, services: Services) -> Answer:
        return await services.registration.set_active(Slug(self.provider), self.is_active, CLI_ACTOR, self.expected)


@frozen
class Select:
    place: Place
    model: str
    by: str
    name: str | None = None
    is_free: bool | None = None

    def plainly(self, desk: Desk) -> Answer:
        return plain_desk.select(desk, self.place, self.model, self.name, self.is_free, self.by, KNOWN)

    @refusals
    async def through(self, services: Services) -> Answer:
        select_model = SelectModel(slot(self.place), ModelId(self.model), SingleLineText(self.name) if self.name else None, self.is_free)
        selected = await services.selection.select(select_model, by(self.by))
        return {"now": told_standing(selected.current), "previous": selected.previous and told_standing(selected.previous)}


@frozen
class Deselect:
    place: Place
    by: str

    def plainly(self, desk: Desk) -> Answer:
        return plain_desk.deselect(desk, self.place, self.by, KNOWN)

    @refusals
    async def through(self, services: Services) -> Answer:
        previous = await services.selection.deselect(slot(self.place), by(self.by))
        return previous and told_standing(previous)


@frozen
class RollBack:
    place: Place
    by: str

    def plainly(self, desk: Desk) -> Answer:
        return plain_desk.roll_back(desk, self.place, self.by, KNOWN)

    @refusals
    async def through(self, services: Services) -> Answer:
        done = await services.selection.roll_back(slot(self.place), by(self.by))
        now, previous = (found and told_standing(found) for found in (done.current, done.previous))
        return {"now": now, "previous": previous, "version": done.version}


@frozen
class ClearCache:
    provider: str | None

    def plainly(self, desk: Desk) -> Answer:
        return plain_desk.clear(desk, self.provider)

    @refusals
    async def through(self, services: Services) -> Answer:
        await services.discovery.clear(Slug(self.provider) if self.provider else None, CLI_ACTOR)
        return "cleared"  # how many lists were kept is the business of this process's cache, not of the desk


@frozen
class Browse:
    place: Place

    def plainly(self, desk: Desk) -> Answer:
        return plain_desk.browse(desk, self.place, KNOWN)

    @refusals
    async def through(self, services: Services) -> Answer:
        listing = await services.discovery.listing(slot(self.place), CLI_ACTOR)
        return {"models": [[model.id, model.name, model.is_free] for model in listing.catalogue.models], "active": listing.active}


@frozen
class ListModels:
    def plainly(self, desk: Desk) -> Answer:
        return plain_desk.models(desk, KNOWN)

    async def through(self, services: Services) -> Answer:
        return [{"slot": place(entry.model.slot), **told_standing(entry)} for entry in await services.oversight.models(ModelFilter())]


@frozen
class ShowOverview:
    def plainly(self, desk: Desk) -> Answer:
        return plain_desk.overview(desk, KNOWN)

    async def through(self, services: Services) -> Answer:
        shown = await services.oversight.overview()
        return {
            "generation": shown.generation,
            "totals": [shown.totals.providers, shown.totals.active_providers, shown.totals.models, shown.totals.active_models],
            "providers": {
                entry.provider.slug: [
                    [name, part.model_count, part.active.model.model_id if part.active else None]
                    for name, part in entry.capabilities.items()
                ]
                for entry in shown.providers
            },
            "warnings": [[warning.code, place(warning.slot)] for warning in shown.warnings],
        }


def slot(of: Place) -> Slot:
    return Slot(Slug(of[0]), CapabilityName(of[1]))


def place(of: Slot) -> Place:
    return (of.provider, of.capability)


def declared_provider(entry: Mapping[str, Any]) -> DeclaredProvider:
    """As a reader makes it: absent fields at their defaults, and which ones were named."""
    fields = {name: value for name, value in entry.items() if name != "capabilities"}
    capabilities = {
        name: Capability(said["supported"], said["live"], models=listed(said["models"]))
        for name, said in entry.get("capabilities", {}).items()
    }
    return DeclaredProvider(Provider(**fields, display_name=entry["name"], capabilities=capabilities), frozenset({*entry, "display_name"}))


def listed(models: Any) -> tuple[DeclaredModel, ...]:
    return tuple(DeclaredModel(ModelId(model), SingleLineText(name) if name else None) for model, name in models)


def plain_provider(provider: Provider) -> Mapping[str, Any]:
    """A provider in the plain desk's words."""
    return {
        "name": provider.name,
        "sort_order": provider.sort_order,
        "version": provider.version,
        **{flag: getattr(provider, flag) for flag in plain_desk.FLAGS},
        "capabilities": {
            name: {
                "supported": said.supported,
                "live": said.has_dynamic_models,
                "models": [[model.id, model.name] for model in said.models],
            }
            for name, said in provider.capabilities.items()
        },
    }


def told_standing(standing: StoredModelStatus) -> dict[str, Any]:
    model = standing.model
    return {
        "id": model.model_id,
        "name": model.model_name,
        "is_free": model.is_free,
        "by": model.selected_by,
        "is_active": standing.is_active,
        "version": standing.slot_version,
        "in_catalogue": standing.in_catalogue,
    }


def told_plan(plan: ImportPlan) -> dict[str, Any]:
    return {
        "created": [provider.slug for provider in plan.created],
        "updated": {update.new.slug: told_changes(update.changes) for update in plan.updated},
        "unchanged": [provider.slug for provider in plan.unchanged],
        "skipped": {skip.provider.slug: told_changes(skip.changes) for skip in plan.skipped},
        "deactivated": [provider.slug for provider in plan.deactivated],
        "lost": [[lost.slot.provider, lost.slot.capability, lost.model] for lost in plan.lost],
    }


def told_changes(changes: Mapping[str, Any]) -> list[str]:
    return sorted({name.partition(".")[0] for name in changes} - {"display_name"})


# Shares are set so that most deeds succeed and the same few slots are fought for: a refusal teaches the machine little.
MOSTLY, RARELY = st.sampled_from([True] * 5 + [False]), st.sampled_from([False] * 5 + [True])
CLIENTS = st.sampled_from(["ann", "bob"])
PROVIDERS = st.sampled_from(["alpha", "alpha", "beta", "beta", "gamma"])
CAPABILITIES = st.sampled_from(["chat", "chat", "image"])
MODELS = st.sampled_from(["m1", "m2", "m3"])
PLACES = st.tuples(PROVIDERS, CAPABILITIES)

_LISTED = st.lists(st.tuples(MODELS, st.none() | st.just("Named")).map(list), max_size=3)
_CAPABILITY = st.fixed_dictionaries({"supported": MOSTLY, "live": RARELY, "models": _LISTED})
_OPTIONAL = {
    "sort_order": st.integers(0, 2),
    "is_active": MOSTLY,
    "allow_personal_keys": st.booleans(),
    "allow_shared_for_normal_admins": st.booleans(),
}


def _declared(slugs: st.SearchStrategy[str], **more: Any) -> st.SearchStrategy[Mapping[str, Any]]:
    return st.fixed_dictionaries({"slug": slugs, "name": st.sampled_from(["One", "Two"])}, optional={**_OPTIONAL, **more})


def _several(one: st.SearchStrategy[Mapping[str, Any]]) -> st.SearchStrategy[tuple[Mapping[str, Any], ...]]:
    return st.lists(one, min_size=1, max_size=3, unique_by=lambda entry: entry["slug"]).map(tuple)


_FULL = {"capabilities": st.dictionaries(st.sampled_from(["chat", "image"]), _CAPABILITY, max_size=2)}
DECLARATIONS = _several(_declared(PROVIDERS, **_FULL))
FIRST_DECLARATIONS = st.tuples(_declared(st.just("alpha"), **_FULL), _declared(st.just("beta")))
IMPORTS = st.builds(Import, DECLARATIONS, CLIENTS, force=MOSTLY, prune=RARELY, deactivate_lost=st.booleans(), dry_run=RARELY)
TAKEN_AWAY = st.builds(
    lambda slug, kept, by, allowed: Import(
        ({"slug": slug, "name": "One", "capabilities": {kept: {"supported": True, "live": False, "models": []}}},), by, True, False, allowed
    ),
    PROVIDERS,
    st.sampled_from(["image", "image", "chat"]),
    CLIENTS,
    st.booleans(),
)
POPULATIONS = st.builds(Populate, _several(_declared(PROVIDERS)), CLIENTS)
SWITCHES = st.builds(Switch, PROVIDERS, MOSTLY, st.none() | st.integers(1, 3))
SELECTIONS = st.builds(Select, PLACES, MODELS, CLIENTS, name=st.sampled_from([None, None, "Given"]), is_free=st.none() | st.booleans())
DESELECTIONS = st.builds(Deselect, PLACES, CLIENTS)
ROLL_BACKS = st.builds(RollBack, PLACES, CLIENTS)
READS = st.builds(Browse, PLACES) | st.builds(ListModels) | st.builds(ShowOverview)
OPERATIONS = st.one_of(
    SELECTIONS,
    SELECTIONS,
    SELECTIONS,
    DESELECTIONS,
    ROLL_BACKS,
    ROLL_BACKS,
    IMPORTS,
    TAKEN_AWAY,
    POPULATIONS,
    SWITCHES,
    SWITCHES,
    st.builds(ClearCache, st.none() | PROVIDERS),
    READS,
)
