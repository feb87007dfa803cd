"""What an import decides before anything is done: the newer way and the older one."""

from functools import partial
from typing import Any

import pytest
from attrs import evolve

from modeldesk.domain.errors import ActiveModelsAffected
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotState, StoredModel
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.services import import_planning
from modeldesk.domain.services.import_plan import DeclaredProvider, DisplacedModel, ImportOptions
from tests.support.samples import NOON, NOT_SUPPORTED, chat, declared, lists, provider, slot

FORCE = ImportOptions(force=True)
WITHOUT_KEYS: Any = {"suspends_keys": lambda old, new: False}
plan_import = partial(import_planning.plan_import, **WITHOUT_KEYS)
plan_population = partial(import_planning.plan_population, **WITHOUT_KEYS)
IMAGE_ONLY = {"image": lists()}


def standing(*providers: Provider) -> dict[Slug, Provider]:
    return {entry.slug: entry for entry in providers}


def in_use(place: Slot, model: str = "large") -> SlotState:
    return SlotState(place).with_active(StoredModel(place, ModelId(model), model, None, NOON, "ann"))


def slugs(providers: Any) -> list[str]:
    return [entry.slug for entry in providers]


def test_new_providers_are_created_in_the_order_of_the_declaration() -> None:
    """On an empty desk everything is new."""
    plan = plan_import([declared("b"), declared("a")], {}, [], ImportOptions())
    assert slugs(plan.created) == slugs(plan.written) == ["b", "a"]
    assert plan.found == 2


def test_without_force_what_exists_is_skipped() -> None:
    """Even where it is equal; what a forced import would change is told."""
    old = standing(provider("a"), provider("b"))
    plan = plan_import([declared("a"), declared("b", sort_order=5)], old, [], ImportOptions())
    assert [(skip.provider.slug, skip.changes) for skip in plan.skipped] == [("a", {}), ("b", {"sort_order": (0, 5)})]
    assert (plan.written, plan.created, plan.updated, plan.unchanged) == ([], [], [], [])
    assert plan.found == 2


def test_with_force_what_differs_is_updated_and_the_rest_is_unchanged() -> None:
    """An update names its fields, old and new."""
    old = standing(provider("a"), provider("b"))
    plan = plan_import([declared("a"), declared("b", sort_order=5), declared("c")], old, [], FORCE)
    assert [(update.old.slug, update.new.sort_order, update.changes) for update in plan.updated] == [("b", 5, {"sort_order": (0, 5)})]
    assert (slugs(plan.unchanged), slugs(plan.created), plan.skipped) == (["a"], ["c"], [])
    assert [(entry.slug, entry.sort_order) for entry in plan.written] == [("c", 0), ("b", 5)]
    assert plan.found == 3


def test_with_force_absent_fields_take_their_defaults() -> None:
    """A field that the declaration no longer names does not stay as it was."""
    old = provider("a", description="old words", sort_order=7, is_recommended=True)
    (update,) = plan_import([declared("a")], standing(old), [], FORCE).updated
    assert update.new == provider("a", version=2)
    assert set(update.changes) == {"description", "sort_order", "is_recommended"}


@pytest.mark.parametrize("flag", ["is_active", "allow_personal_keys", "allow_shared_for_normal_admins"])
def test_the_operators_flags_stay_unless_the_declaration_names_them(flag: str) -> None:
    """What an operator switched is not switched back by a file that does not speak of it."""
    switched = evolve(provider("a"), **{flag: not getattr(provider("a"), flag)})
    assert slugs(plan_import([declared("a")], standing(switched), [], FORCE).unchanged) == ["a"]
    named = DeclaredProvider(provider("a"), frozenset({"slug", "name", flag}))
    (update,) = plan_import([named], standing(switched), [], FORCE).updated
    assert update.new == provider("a", version=2)


def test_prune_deactivates_what_the_declaration_does_not_hold() -> None:
    """In the order of lists; what is off already is not counted, nothing is deleted, and what is skipped is held."""
    old = standing(
        provider("z", sort_order=1), provider("off", is_active=False), provider("b", sort_order=2), provider("held"), provider("y")
    )
    plan = plan_import([declared("held"), declared("new")], old, [], ImportOptions(prune=True))
    assert slugs(plan.deactivated) == ["y", "z", "b"]
    assert [(entry.slug, entry.is_active) for entry in plan.written] == [("new", True), ("y", False), ("z", False), ("b", False)]
    assert plan.found == 2


def test_each_change_of_a_provider_raises_its_version_by_one() -> None:
    """Updated, deactivated and populated providers have the next version; a created one the first, an unchanged one the same."""
    old = standing(provider("same", version=4), provider("other", version=4), provider("gone", version=9))
    wanted = [declared("same"), declared("other", sort_order=1), declared("new")]
    plan = plan_import(wanted, old, [], ImportOptions(force=True, prune=True))
    assert {entry.slug: entry.version for entry in plan.written} == {"new": 1, "other": 5, "gone": 10}
    assert [entry.version for entry in plan.unchanged] == [4]
    assert "version" not in plan.updated[0].changes
    populated = plan_population(wanted, old)
    assert {entry.slug: entry.version for entry in populated.written} == {"new": 1, "other": 5, "gone": 10}


def test_without_prune_nothing_is_deactivated() -> None:
    """An import of a part leaves the rest alone."""
    assert plan_import([declared("a")], standing(provider("b")), [], FORCE).deactivated == ()


@pytest.mark.parametrize("lost", [{"chat": NOT_SUPPORTED, "image": lists()}, IMAGE_ONLY, {"chat": NOT_SUPPORTED}])
def test_an_update_that_takes_a_capability_in_use_is_refused(lost: Any) -> None:
    """Unsupported or no longer declared: the refusal names slot and model."""
    old = standing(provider("acme", capabilities=chat("large")))
    with pytest.raises(ActiveModelsAffected, match="acme chat: large") as refusal:
        plan_import([declared("acme", capabilities=lost)], old, [in_use(slot())], FORCE)
    assert refusal.value.slots == [("acme", "chat", "large")]


def test_an_open_provider_that_begins_to_declare_may_lose_models_too() -> None:
    """A provider that declared nothing took every capability; its first declared one shuts out the others."""
    with pytest.raises(ActiveModelsAffected):
        plan_import([declared("acme", capabilities=IMAGE_ONLY)], standing(provider("acme")), [in_use(slot())], FORCE)


@pytest.mark.parametrize("kept", [chat(), chat("other"), {"chat": evolve(lists(), has_dynamic_models=True)}, {}])
def test_static_live_open_or_another_list_takes_nothing_away(kept: Any) -> None:
    """A model gone from the list stays in use."""
    plan = plan_import(
        [declared("acme", capabilities=kept)], standing(provider("acme", capabilities=chat("large"))), [in_use(slot())], FORCE
    )
    assert (len(plan.updated), plan.lost) == (1, [])


def test_a_provider_that_is_skipped_loses_nothing() -> None:
    """Without force the declaration is not carried out, and puts nothing at stake."""
    plan = plan_import(
        [declared("acme", capabilities=IMAGE_ONLY)], standing(provider("acme", capabilities=chat())), [in_use(slot())], ImportOptions()
    )
    assert (len(plan.skipped), plan.lost) == (1, [])


def test_an_empty_slot_is_not_at_stake() -> None:
    """Stored models that are not in use survive every import."""
    emptied = in_use(slot()).without_active()
    plan = plan_import([declared("acme", capabilities=IMAGE_ONLY)], standing(provider("acme", capabilities=chat())), [emptied], FORCE)
    assert plan.lost == []


def test_lost_models_are_listed_by_declaration_and_capability_whatever_order_the_store_has() -> None:
    """A dry run and the real run say the same."""
    old = standing(*(provider(name, capabilities={"chat": lists(), "audio": lists()}) for name in ("a", "b")))
    active = [in_use(slot("a", "chat")), in_use(slot("b", "chat")), in_use(slot("b", "audio")), in_use(slot("a", "audio"))]
    wanted = [declared("b", capabilities=IMAGE_ONLY), declared("a", capabilities=IMAGE_ONLY)]
    allowed = ImportOptions(force=True, deactivate_lost=True)
    expected = [DisplacedModel(slot(*place), ModelId("large")) for place in (("b", "audio"), ("b", "chat"), ("a", "audio"), ("a", "chat"))]
    assert plan_import(wanted, old, active, allowed).lost == plan_import(wanted, old, active[::-1], allowed).lost == expected


def test_populating_creates_updates_and_deactivates() -> None:
    """The older list is the whole truth of which providers are on."""
    old = standing(
        provider("same"),
        provider("other", sort_order=1),
        provider("gone", sort_order=9),
        provider("lost"),
        provider("off", is_active=False),
    )
    plan = plan_population([declared("new"), declared("same"), declared("other", sort_order=2)], old)
    assert (slugs(plan.created), slugs(plan.unchanged), slugs(plan.deactivated)) == (["new"], ["same"], ["lost", "gone"])
    assert [(update.new.slug, update.changes) for update in plan.updated] == [("other", {"sort_order": (1, 2)})]
    assert (list(plan.skipped), list(plan.lost)) == ([], [])


def test_populating_leaves_fields_alone_that_it_does_not_name() -> None:
    """Capabilities that a declaration brought, and an operator's flags, stay."""
    old = provider("a", capabilities=chat("large"), is_active=False, description="kept", sort_order=3)
    (update,) = plan_population([declared("a", sort_order=4)], standing(old)).updated
    assert update.new == evolve(old, sort_order=4, version=2)
