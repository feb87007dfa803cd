"""The doctor over a desk: every slot in use, the worst first, and nothing else."""

from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import KeyRejected
from modeldesk.domain.model.catalogue.changes import ChangeKind, ModelChange
from modeldesk.domain.model.catalogue.list_state import FRESH_FOR
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.health import Health
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.numbers import LARGEST_PAGE
from modeldesk.domain.model.values.texts import ModelId, Slug
from modeldesk.domain.services.doctor import Diagnosis
from modeldesk.domain.services.list_request import RefreshMode
from tests.support.actors import by
from tests.support.fake_vendors import NEEDS_KEY
from tests.support.samples import A_KEY, NOON, SARA, Desk, browse, chat, live_provider, price, provider, select_model, slot


async def diagnosis(desk: Desk) -> Diagnosis:
    return await desk.doctor.diagnosis()


async def states(desk: Desk) -> list[tuple[str, str]]:
    return [(found.provider.slug, found.finding.state.value) for found in (await diagnosis(desk)).slots]


async def live(desk: Desk, *models: VendorModel, **fields: object) -> Provider:
    """A provider whose list holds these models, with the first of them active."""
    made = live_provider("vendor", **fields)  # type: ignore[arg-type] # the fields of a test's choice
    await desk.put(made)
    desk.vendors.lists["vendor"] = VendorList(models)
    await browse(desk, "vendor", mode=RefreshMode.FORCE)
    await desk.selection.select(select_model(models[0].id, of=slot("vendor")), by("ann"))
    return made


TEXT = (Modality.TEXT,)
GOOD = VendorModel(ModelId("gpt-1"), pricing=price(prompt="1", completion="2"), inputs=TEXT, outputs=TEXT)


async def test_vendors_that_nobody_chose_are_not_looked_at(desk: Desk) -> None:
    """Whatever is wrong with them."""
    await desk.put(live_provider("keyed", NEEDS_KEY), provider("off", is_active=False))
    found = await diagnosis(desk)
    assert (found.slots, found.worst) == ([], Health.OK)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "ok"),
        ({"pricing": None}, "price-unknown"),
        ({"inputs": None, "outputs": None}, "unverified"),
        ({"retires_on": NOON.date() + timedelta(13)}, "retires-soon"),
        ({"retires_on": NOON.date() - timedelta(13)}, "retired"),
        ({"outputs": (Modality.IMAGE,)}, "capability-mismatch"),
    ],
)
async def test_the_state_of_a_model_by_what_its_vendor_says(desk: Desk, change: dict[str, object], state: str) -> None:
    """A model that has ended stands no more among those that are offered, and is told as ended all the same."""
    await live(desk, evolve(GOOD, id=ModelId("zz-1"), **change))
    assert await states(desk) == [("vendor", state)]


async def test_a_model_that_left_the_list_has_successors(desk: Desk) -> None:
    """Of its line; the proposal changes nothing."""
    await live(desk, GOOD)
    desk.vendors.lists["vendor"] = VendorList((evolve(GOOD, id=ModelId("gpt-2")), evolve(GOOD, id=ModelId("other"))))
    await browse(desk, "vendor", mode=RefreshMode.FORCE)
    (found,) = (await diagnosis(desk)).slots
    assert (found.finding.state, found.replacement) == (Health.NOT_IN_CATALOGUE, "gpt-2")
    assert (await desk.store.current()).slot(slot("vendor")).active == "gpt-1"


@pytest.mark.parametrize(("days", "state"), [(None, "not-in-catalogue"), (13, "not-in-catalogue"), (-1, "retired")])
async def test_since_when_a_model_left_the_list(desk: Desk, days: int | None, state: str) -> None:
    """By the change log, which also remembers the end that the vendor named, however much changed since."""
    retires_on = None if days is None else NOON.date() + timedelta(days=days + 1)
    await live(desk, evolve(GOOD, retires_on=retires_on))
    desk.vendors.lists["vendor"] = VendorList((evolve(GOOD, id=ModelId("gpt-2")), evolve(GOOD, id=ModelId("other"))))
    for _ in range(2):
        desk.clock.forward(timedelta(hours=12))
        await browse(desk, "vendor", mode=RefreshMode.FORCE)
    removed_at = desk.clock()
    async with desk.store.unit_of_work() as work:  # more than a page of the log
        await work.changes.add([ModelChange(removed_at, Slug("vendor"), ModelId("other"), ChangeKind.PRICE, {}, {})] * (LARGEST_PAGE + 1))
        await work.commit()
    desk.clock.forward(timedelta(hours=12))
    (found,) = (await diagnosis(desk)).slots
    assert found.finding.state.value == state
    assert found.finding.since == (removed_at if state == "not-in-catalogue" else None)


async def test_a_list_that_cannot_be_refreshed_becomes_stale(desk: Desk) -> None:
    """After twice the time for which it is fresh; a key that the vendor wants is missing at once."""
    await live(desk, GOOD)
    desk.clock.forward(2 * FRESH_FOR)
    desk.vendors.fail("vendor")
    await browse(desk, "vendor", mode=RefreshMode.FORCE)
    assert await states(desk) == [("vendor", "ok")]
    desk.clock.forward(timedelta(seconds=1))
    assert await states(desk) == [("vendor", "list-stale")]
    desk.vendors.fail("vendor", kind=KeyRejected)
    await browse(desk, "vendor", mode=RefreshMode.FORCE)
    assert await states(desk) == [("vendor", "key-missing")]


async def test_a_key_that_the_vendor_rejects(desk: Desk) -> None:
    """It is told at once, whatever the age of the list."""
    await desk.put(live_provider("vendor"))
    await desk.key_keeping.set(Slug("vendor"), None, A_KEY, SARA)
    desk.vendors.write("vendor", ["gpt-1"])
    await browse(desk, "vendor")
    await desk.selection.select(select_model("gpt-1", of=slot("vendor")), by("ann"))
    desk.vendors.fail("vendor", kind=KeyRejected)
    await browse(desk, "vendor", mode=RefreshMode.FORCE)
    assert await states(desk) == [("vendor", "key-rejected")]


async def test_the_key_of_a_live_list_and_the_worst_first(desk: Desk) -> None:
    """A declared list needs none; a disabled provider is worse than a missing key."""
    await desk.put(
        live_provider("keyed", NEEDS_KEY), provider("static", capabilities=chat("large")), provider("off", capabilities=chat("x"))
    )
    for name, model in (("keyed", "a"), ("static", "large"), ("off", "x")):
        await desk.selection.select(select_model(model, of=slot(name)), by("ann"))
    await desk.registration.set_active(Slug("off"), is_active=False, actor=SARA)
    found = await states(desk)
    assert found[:2] == [("off", "provider-inactive"), ("keyed", "key-missing")]
    await desk.key_keeping.set(Slug("keyed"), None, A_KEY, SARA)
    assert dict(await states(desk))["keyed"] == "price-unknown"


async def test_a_model_that_no_list_holds_is_compared_by_metadata(desk: Desk) -> None:
    """Its price and context are known there, though the declaration dropped it."""
    await desk.put(provider(capabilities=chat("large")))
    await desk.selection.select(select_model("large"), by("ann"))
    successor = DeclaredModel(ModelId("large-2"), pricing=price(prompt="1", completion="1"), context_length=500_000)
    await desk.put(provider(capabilities=chat(successor)))
    (found,) = (await diagnosis(desk)).slots
    (proposed,) = found.successors
    assert proposed.price_change is not None
    assert proposed.context_change is not None
