"""Selecting and deselecting: one model in use, its name, its price, and what is remembered."""

from datetime import timedelta

import pytest

from modeldesk.domain.errors import CapabilityNotOffered, ModeldeskError, ProviderInactive, ProviderNotFound
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.model.values.texts import ModelId, SingleLineText
from tests.support.actors import by
from tests.support.samples import LIVE, NOT_SUPPORTED, Desk, chat, price, provider, select_model, slot


async def test_the_first_selection_fills_the_slot(desk: Desk) -> None:
    """It is stored with who and when, and there was nothing before."""

    await desk.put(provider(capabilities=chat("large")))
    selected = await desk.selection.select(select_model("large"), by("ann"))
    assert selected.previous is None
    assert (selected.current.is_active, selected.current.slot_version, selected.current.in_catalogue) == (True, 1, True)
    assert (selected.current.model.selected_by, selected.current.model.selected_at) == ("ann", desk.clock.now)
    assert (await desk.state(slot())).active_model == selected.current.model


async def test_the_next_selection_takes_its_place(desk: Desk) -> None:
    """The one before stays stored, out of use, and is told."""

    await desk.put(provider(capabilities=chat("large", "small")))
    first = await desk.selection.select(select_model("large"), by("ann"))
    second = await desk.selection.select(select_model("small"), by("bob"))
    assert second.previous is not None
    assert (second.previous.model, second.previous.is_active, second.previous.slot_version) == (first.current.model, False, 2)
    assert (second.previous.in_catalogue, second.previous.pricing) == (True, price(prompt="2.5", completion="10"))
    state = await desk.state(slot())
    assert (state.active, state.version, set(state.models)) == ("small", 2, {"large", "small"})


async def test_selecting_what_is_in_use_changes_nothing(desk: Desk) -> None:
    """Who chose it first, and when, stays true; no number rises; the answer's previous is the same model."""

    await desk.put(provider(capabilities=chat("large")))
    first = await desk.selection.select(select_model("large"), by("ann"))
    desk.clock.forward(timedelta(hours=1))
    again = await desk.selection.select(select_model("large"), by("bob"))
    assert again.current == again.previous == first.current
    assert (await desk.store.current()).generation == Generation(catalogue=1, choices=1)
    assert len(await desk.history(slot())) == 1


@pytest.mark.parametrize(("name", "is_free"), [("Another name", None), (None, True)])
async def test_selecting_what_is_in_use_under_another_name_is_a_step(desk: Desk, name: str | None, is_free: bool | None) -> None:
    """A new name, or being known as free, is news about the model."""

    await desk.put(provider(capabilities=chat()))
    await desk.selection.select(select_model("gpt"), by("ann"))
    again = await desk.selection.select(select_model("gpt", name, is_free), by("bob"))
    assert again.previous is not None
    assert (again.current.slot_version, again.previous.model.selected_by, again.current.model.selected_by) == (2, "ann", "bob")
    assert (await desk.state(slot())).models["gpt"] == again.current.model


async def test_each_selection_knows_the_provider_of_its_moment(desk: Desk) -> None:
    """What an earlier one has found of its models counts only while the provider is the same."""

    await desk.put(provider(capabilities=chat("large", "small")))
    await desk.selection.select(select_model("large"), by("ann"))
    await desk.put(provider(capabilities=chat("small", "new")))
    second = await desk.selection.select(select_model("small"), by("ann"))
    assert second.previous is not None
    assert (second.previous.in_catalogue, second.current.in_catalogue) == (False, True)
    third = await desk.selection.select(select_model("new"), by("ann"))
    assert third.current.in_catalogue


async def test_a_model_comes_back(desk: Desk) -> None:
    """Choosing a stored model again makes it the active one, as of now."""

    await desk.put(provider(capabilities=chat("large", "small")))
    for model in ("large", "small", "large"):
        desk.clock.forward(timedelta(minutes=1))
        await desk.selection.select(select_model(model), by("ann"))
    state = await desk.state(slot())
    assert (state.active, state.version, len(state.models)) == ("large", 3, 2)
    assert state.models["large"].selected_at == desk.clock.now
    assert [step.model and step.model.model_id for step in await desk.history(slot())] == ["large", "small", "large"]


@pytest.mark.parametrize(
    ("model", "given", "name"),
    [
        ("large", "Mine", "Mine"),
        ("named", "Mine", "Mine"),
        ("unlisted", "Mine", "Mine"),
        ("large", None, "Acme Large"),
        ("named", None, "As declared"),
        ("plain", None, "plain"),
        ("unlisted", None, "unlisted"),
        ("small", None, "small"),
    ],
)
async def test_the_name_is_the_callers_else_the_lists_else_the_id(desk: Desk, model: str, given: str | None, name: str) -> None:
    """The list's name is the declaration's, else the metadata's; what the list does not hold has its id, whatever the metadata knows."""

    listed = chat("large", "plain", DeclaredModel(ModelId("named"), name=SingleLineText("As declared")))
    await desk.put(provider(capabilities=listed))
    assert (await desk.selection.select(select_model(model, given), by("ann"))).current.model.model_name == name


@pytest.mark.parametrize(
    ("model", "given", "known"),
    [
        ("large", None, False),
        ("large", True, False),
        ("small", False, True),
        ("plain", None, None),
        ("plain", True, True),
        ("declared-free", False, True),
        ("large", False, False),
        ("small", None, True),
        ("plain", False, False),
        ("declared-free", None, True),
        ("unlisted", None, None),
        ("unlisted", False, False),
        ("unlisted", True, True),
    ],
)
async def test_free_is_the_lists_where_it_knows_else_the_callers(desk: Desk, model: str, given: bool | None, known: bool | None) -> None:
    """A caller cannot make free what the list knows to cost something, nor the other way round."""

    await desk.put(provider(capabilities=chat("large", "small", "plain", DeclaredModel(ModelId("declared-free"), is_free=True))))
    assert (await desk.selection.select(select_model(model, is_free=given), by("ann"))).current.model.is_free is known


async def test_a_model_that_no_list_has_may_be_selected(desk: Desk) -> None:
    """New models appear before lists do; the answer says so, and its price is unknown."""

    await desk.put(provider(capabilities=chat("large")))
    now = (await desk.selection.select(select_model("gpt-4.5", "GPT-4.5 Ultra"), by("ann"))).current
    assert (now.is_active, now.in_catalogue, now.pricing, now.model.model_name) == (True, False, None, "GPT-4.5 Ultra")


@pytest.mark.parametrize("capabilities", [{}, {"chat": LIVE}])
async def test_where_no_list_was_read_nothing_is_said_about_it(desk: Desk, capabilities: dict[str, object]) -> None:
    """An open provider and a live list: `in_catalogue` is unknown, and selecting by id is allowed. The price is the one that metadata knows."""

    await desk.put(provider(capabilities=capabilities))
    now = (await desk.selection.select(select_model("large"), by("ann"))).current
    assert (now.in_catalogue, now.pricing, now.model.model_name) == (None, price(prompt="2.5", completion="10"), "large")


@pytest.mark.parametrize(
    ("of", "refusal"),
    [
        (slot("nosuch"), ProviderNotFound),
        (slot("off"), ProviderInactive),
        (slot("acme", "image"), CapabilityNotOffered),
        (slot("acme", "audio"), CapabilityNotOffered),
    ],
)
async def test_what_cannot_be_selected(desk: Desk, of: Slot, refusal: type[ModeldeskError]) -> None:
    """A provider missing or switched off, a capability unsupported or not declared: nothing is stored."""

    await desk.put(provider(capabilities={**chat(), "image": NOT_SUPPORTED}), provider("off", is_active=False))
    with pytest.raises(refusal):
        await desk.selection.select(select_model("large", of=of), by("ann"))
    assert not (await desk.store.current()).choices


async def test_slots_do_not_touch_each_other(desk: Desk) -> None:
    """Another capability or another provider is another place."""

    await desk.put(provider(), provider("other"))
    places = [slot(), slot("acme", "image"), slot("other")]
    for number, place in enumerate(places):
        await desk.selection.select(select_model(f"m{number}", of=place), by("ann"))
    assert [(await desk.state(place)).active for place in places] == ["m0", "m1", "m2"]


async def test_deselecting_empties_the_slot(desk: Desk) -> None:
    """The model stays stored, and the answer shows how it stands now: out of use."""

    await desk.put(provider(capabilities=chat("large")))
    await desk.selection.select(select_model("large"), by("ann"))
    desk.clock.forward(timedelta(hours=1))
    previous = await desk.selection.deselect(slot(), by("bob"))
    assert previous is not None
    assert (previous.model.model_id, previous.is_active, previous.slot_version, previous.in_catalogue) == ("large", False, 2, True)
    state = await desk.state(slot())
    assert (state.active, state.active_model, list(state.models)) == (None, None, ["large"])
    step = (await desk.history(slot()))[-1]
    assert (step.version, step.model, step.chosen_by, step.chosen_at) == (2, None, "bob", desk.clock.now)


async def test_an_empty_slot_is_left_as_it_is(desk: Desk) -> None:
    """Deselecting twice, or where nothing was ever selected, is no step."""

    await desk.put(provider(capabilities=chat("large")))
    assert await desk.selection.deselect(slot(), by("bob")) is None
    await desk.selection.select(select_model("large"), by("ann"))
    await desk.selection.deselect(slot(), by("bob"))
    assert await desk.selection.deselect(slot(), by("bob")) is None
    assert (await desk.state(slot())).version == 2
    assert (await desk.store.current()).generation == Generation(catalogue=1, choices=2)


async def test_a_slot_can_be_emptied_where_the_provider_is_off(desk: Desk) -> None:
    """Only a provider that does not exist is refused."""

    await desk.put(provider())
    await desk.selection.select(select_model("large"), by("ann"))
    await desk.put(provider(is_active=False))
    assert await desk.selection.deselect(slot(), by("ann")) is not None
    with pytest.raises(ProviderNotFound):
        await desk.selection.deselect(slot("nosuch"), by("ann"))
