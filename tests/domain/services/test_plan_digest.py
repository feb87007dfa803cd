"""The digest of an import's plan: equal for what changes the same, another one for anything else, in every process."""

import os
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.domain.errors import PlanConflict
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import PROVIDER_FIELDS, Provider, ProviderChange, ProviderConfig
from modeldesk.domain.model.providers.translation import LanguageTag, Translation
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, MultilineText, SingleLineText, Slug
from modeldesk.domain.services.import_plan import DisplacedModel, ImportOptions, ImportPlan, Skip, Update
from modeldesk.domain.services.import_planning import plan_import
from tests.support.actors import by
from tests.support.sample_plan import PLAN, RICH
from tests.support.samples import SARA, Desk, chat, declared, lists, provider, select_model, slot

FORCE = ImportOptions(force=True)
PRICED = DeclaredModel(ModelId("m"), pricing=Pricing(PriceUnit.MILLION_TOKENS, {"prompt": Decimal("2.50")}))
OTHERS: dict[str, Any] = {
    "name": SingleLineText("Other"),
    "slug": Slug("other"),
    "capabilities": chat("another"),
    "config": ProviderConfig(max_retry=1),  # type: ignore[arg-type] # a plain number is one
    "pricing_info": evolve(RICH.pricing_info, free_tier=True),
    "sort_order": 99,
    "translations": {LanguageTag("fa"): Translation(description=MultilineText("دیگر"))},
}


def other(name: str) -> Any:
    value = getattr(RICH, name)
    return OTHERS.get(name, not value if isinstance(value, bool) else "https://other.example")


@pytest.mark.parametrize("name", PROVIDER_FIELDS)
def test_each_field_of_a_new_provider_counts(name: str) -> None:
    """No part of what is created can differ unnoticed."""
    assert evolve(PLAN, created=[evolve(RICH, **{name: other(name)})]).digest != PLAN.digest


@pytest.mark.parametrize(
    "change",
    [
        {"created": []},
        {"created": [RICH, provider("b")]},
        {"updated": []},
        {"updated": [evolve(PLAN.updated[0], changes={"sort_order": (3, 1)})]},
        {"updated": [evolve(PLAN.updated[0], changes={"sort_order": (0, 2)})]},
        {"updated": [evolve(PLAN.updated[0], changes={"sort_order": (0, 1), "shared key": ("set", "suspended")})]},
        {"updated": [Update(provider("v"), provider("v"), {"sort_order": (0, 1)})]},
        {"deactivated": []},
        {"deactivated": [provider("e")]},
        {"lost": []},
        {"lost": [DisplacedModel(slot(), ModelId("small"))]},
        {"lost": [DisplacedModel(slot("image"), ModelId("large"))]},
    ],
)
def test_every_change_counts(change: dict[str, Any]) -> None:
    """What is created, updated from which value to which, deactivated and lost."""
    assert evolve(PLAN, **change).digest != PLAN.digest


@pytest.mark.parametrize(
    "same",
    [
        {"skipped": [Skip(provider("s"), {"sort_order": (0, 1)})]},
        {"unchanged": [provider("s")]},
        {"updated": [Update(provider("u", version=8), provider("u", sort_order=1, version=9), {"sort_order": (0, 1)})]},
        {"created": [evolve(RICH, capabilities=dict(reversed(RICH.capabilities.items())))]},
    ],
)
def test_what_changes_nothing_does_not_count(same: dict[str, Any]) -> None:
    """Skipped and unchanged providers, versions, and the order of capabilities."""
    assert evolve(PLAN, **same).digest == PLAN.digest


def test_equal_prices_are_equal_however_they_are_written() -> None:
    """2.5 and 2.50 are the same price; 2.51 and the text of a number are not."""

    def digest(value: object) -> str:
        return ImportPlan(updated=[Update(RICH, RICH, {"x": (None, value)})]).digest

    equal = evolve(PRICED, pricing=Pricing(PriceUnit.MILLION_TOKENS, {"prompt": Decimal("2.5")}))
    dearer = evolve(PRICED, pricing=Pricing(PriceUnit.MILLION_TOKENS, {"prompt": Decimal("2.51")}))
    assert digest((PRICED,)) == digest((equal,))
    assert len({digest((PRICED,)), digest((dearer,)), digest(()), digest(Decimal("2.5")), digest("2.5"), digest(None), digest("None")}) == 7


sort_orders = st.integers(0, 2)
desks = st.dictionaries(st.sampled_from("abc"), st.tuples(sort_orders, st.booleans(), st.integers(1, 3)))
files = st.dictionaries(st.sampled_from("abcd"), sort_orders)


@given(desks, desks, files, st.booleans(), st.booleans())
def test_equal_digests_mean_equal_changes(one: Any, two: Any, file: Any, force: bool, prune: bool) -> None:
    """Over any two states of the store, an import has the same digest exactly if it writes the same fields of the same providers."""
    wanted = [declared(slug, sort_order=order) for slug, order in file.items()]

    def plan(state: Any) -> ImportPlan:
        existing = {Slug(slug): provider(slug, sort_order=order, is_active=on, version=v) for slug, (order, on, v) in state.items()}
        return plan_import(wanted, existing, [], ImportOptions(force=force, prune=prune), lambda old, new: False)

    def changes(plan: ImportPlan) -> object:
        updated = [(update.new.slug, update.changes) for update in plan.updated]
        return plan.created, updated, [entry.slug for entry in plan.deactivated]

    first, second = plan(one), plan(two)
    assert (first.digest == second.digest) == (changes(first) == changes(second))


def test_it_is_the_same_in_every_process() -> None:
    """No hash seed and no address of an object is part of it."""
    code = "from tests.support.sample_plan import PLAN; print(PLAN.digest)"
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert found == {PLAN.digest}
    assert len(PLAN.digest) == 64


async def test_an_import_carries_out_the_plan_that_was_seen(desk: Desk) -> None:
    """With its digest; the real plan has the same one."""
    await desk.put(provider("acme", capabilities=chat()))
    wanted = [declared("acme", sort_order=4), declared("new")]
    seen = (await desk.registration.plan(wanted, FORCE)).digest
    assert (await desk.registration.plan(wanted, FORCE, seen)).digest == seen
    assert (await desk.registration.register(wanted, FORCE, SARA, seen)).digest == seen


async def interfere(desk: Desk, how: str) -> None:
    match how:
        case "a field":
            await desk.registration.change(Slug("acme"), ProviderChange(sort_order=7), SARA)  # type: ignore[arg-type] # a plain number is one
        case "a new provider":
            await desk.registration.register([declared("new")], ImportOptions(), CLI_ACTOR)
        case "another provider to disable":
            await desk.put(provider("late"))
        case "another active model":
            await desk.selection.select(select_model("small"), by("ann"))


@pytest.mark.parametrize("how", ["a field", "a new provider", "another provider to disable", "another active model"])
async def test_another_plan_than_the_one_that_was_seen_is_refused(desk: Desk, how: str) -> None:
    """Whatever changed in between: nothing is written, and the dry run says so too."""
    await desk.put(provider("acme", capabilities=chat()))
    await desk.selection.select(select_model("large"), by("ann"))
    wanted = [declared("acme", sort_order=4, capabilities={"image": lists()}), declared("new")]
    options = ImportOptions(force=True, prune=True, deactivate_lost=True)
    seen = (await desk.registration.plan(wanted, options)).digest
    await interfere(desk, how)
    before = await desk.store.current()
    for attempt in (desk.registration.plan(wanted, options, seen), desk.registration.register(wanted, options, SARA, seen)):
        with pytest.raises(PlanConflict) as refusal:
            await attempt
        assert (refusal.value.expected, refusal.value.digest) == (seen, (await desk.registration.plan(wanted, options)).digest)
    assert await desk.store.current() == before


async def test_a_change_of_what_the_import_leaves_alone_is_no_other_plan(desk: Desk) -> None:
    """Whoever edits another provider in between refuses nobody's import."""
    await desk.put(provider("acme"), provider("apart"))
    seen = (await desk.registration.plan([declared("acme", sort_order=4)], FORCE)).digest
    await desk.registration.change(Slug("apart"), ProviderChange(is_active=False), SARA)
    await desk.registration.register([declared("acme", sort_order=4)], FORCE, SARA, seen)
    held: Provider = (await desk.store.current()).provider(Slug("acme"))
    assert (held.sort_order, held.version) == (4, 2)


async def test_uses_are_part_of_it(desk: Desk) -> None:
    """One that is created or changed; not one that is skipped or equal."""

    def use(description: str) -> Use:
        return Use(UseName("support"), CapabilityName("chat"), Slug("acme"), MultilineText(description))

    async def digest(*uses: Use, options: ImportOptions = FORCE) -> str:
        return (await desk.registration.plan([], options, uses=uses)).digest

    await desk.put(provider(capabilities=chat("large")))
    nothing = await digest()
    created = await digest(use("a"))
    await desk.uses.put(use("a"), CLI_ACTOR)
    assert len({nothing, created, await digest(use("b")), await digest(use("c"))}) == 4
    assert await digest(use("a")) == await digest(use("b"), options=ImportOptions()) == nothing
