"""What a client may do at a desk, each operation in two ways: as the plain desk means it, and through the services. Both give the same answer."""

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability, Provider, Slot
from modeldesk.domain.model.selection import SelectModel, StoredModelStatus
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, SingleLineText, Slug
from modeldesk.domain.services.dashboard import ModelFilter
from modeldesk.domain.services.import_plan import DeclaredProvider, ImportOptions, ImportPlan
from tests.support import plain_desk
from tests.support.actors import by
from tests.support.desk_services import KNOWN
from tests.support.operation import Place, refusals
from tests.support.plain_offers import Answer, Desk
from tests.support.services import Services
from tests.support.use_operations import declared_use, plain_use_plan


@frozen
class Import:
    declared: tuple[Mapping[str, Any], ...]
    by: str
    force: bool = True
    prune: bool = False
    deactivate_lost: bool = False
    dry_run: bool = False
    uses: Mapping[str, Mapping[str, Any]] = field(factory=dict)

    def plainly(self, desk: Desk) -> Answer:
        how = {"force": self.force, "prune": self.prune, "deactivate_lost": self.deactivate_lost, "dry_run": self.dry_run}
        return plain_desk.import_providers(desk, self.declared, self.uses, by=CLI_ACTOR.name, **how)

    @refusals
    async def through(self, services: Services) -> Answer:
        declared, options = (
            [declared_provider(entry) for entry in self.declared],
            ImportOptions(self.force, self.prune, self.deactivate_lost),
        )
        uses = [declared_use(name, use) for name, use in self.uses.items()]
        if self.dry_run:
            return told_plan(await services.registration.plan(declared, options, uses=uses))
        return told_plan(await services.registration.register(declared, options, CLI_ACTOR, uses=uses))


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
        "uses": plain_use_plan(plan.uses),
    }


def told_changes(changes: Mapping[str, Any]) -> list[str]:
    return sorted({name.partition(".")[0] for name in changes} - {"display_name"})
