"""Requests that are repeated with their key: done once, and answered alike."""

from datetime import timedelta

import pytest
from attrs import evolve

from modeldesk.domain.errors import IdempotencyKeyReused, NothingToRollBack, VersionConflict
from modeldesk.domain.model.idempotency import (
    KEPT_FOR,
    MOST_KEPT,
    CompletedRequest,
    IdempotencyKey,
    SlotOutcome,
    idempotency_key,
    outcome_again,
)
from modeldesk.domain.model.selection import SlotState
from tests.support.actors import by
from tests.support.samples import Desk, chat, provider, select_model, slot

KEY = IdempotencyKey("k", "roll back")


async def models(desk: Desk) -> list[str | None]:
    return [change.model and change.model.model_id for change in await desk.history(slot())]


async def test_a_repeated_roll_back_goes_back_once(desk: Desk) -> None:
    """Its answer is the first one, whatever happened since; another key goes back one more."""
    await desk.put(provider(capabilities=chat("a", "b", "c")))
    for model in "abc":
        await desk.selection.select(select_model(model), by("ann"))
    first = await desk.selection.roll_back(slot(), by("ann"), 3, KEY)
    again = await desk.selection.roll_back(slot(), by("ann"), 3, KEY)
    assert again == first
    assert (first.version, await models(desk)) == (4, ["a", "b", "c", "b"])
    await desk.selection.select(select_model("c"), by("bob"))
    assert await desk.selection.roll_back(slot(), by("ann"), 3, KEY) == first
    assert len(await models(desk)) == 5
    with pytest.raises(VersionConflict):
        await desk.selection.roll_back(slot(), by("ann"), 3, IdempotencyKey("other", "roll back"))


async def test_a_repeated_selection_is_answered_alike(desk: Desk) -> None:
    """Also where somebody selected another model in between, which stays, and where the first time changed nothing."""
    await desk.put(provider(capabilities=chat("a", "b")))
    first = await desk.selection.select(select_model("a"), by("ann"), None, KEY)
    await desk.selection.select(select_model("b"), by("bob"))
    assert await desk.selection.select(select_model("a"), by("ann"), None, KEY) == first
    assert await models(desk) == ["a", "b"]
    unchanged = IdempotencyKey("u", "select")
    second = await desk.selection.select(select_model("b"), by("ann"), None, unchanged)
    await desk.selection.select(select_model("a"), by("bob"))
    assert await desk.selection.select(select_model("b"), by("ann"), None, unchanged) == second
    assert second.current == second.previous
    assert await models(desk) == ["a", "b", "a"]


async def test_a_repeated_deselection_is_answered_alike(desk: Desk) -> None:
    """The model that it took, also after another one was selected; and an empty slot was empty."""
    await desk.put(provider(capabilities=chat("a")))
    empty = IdempotencyKey("e", "deselect")
    assert await desk.selection.deselect(slot(), by("ann"), None, empty) is None
    await desk.selection.select(select_model("a"), by("ann"))
    assert await desk.selection.deselect(slot(), by("ann"), None, empty) is None
    first = await desk.selection.deselect(slot(), by("ann"), None, KEY)
    await desk.selection.select(select_model("a"), by("ann"))
    again = await desk.selection.deselect(slot(), by("ann"), None, KEY)
    assert first is not None
    assert again is not None
    assert (again.model.model_id, again.slot_version, again.is_active) == (first.model.model_id, first.slot_version, first.is_active)
    assert (await desk.state(slot())).active == "a"


async def test_a_key_of_another_request_is_refused(desk: Desk) -> None:
    """Nothing is changed. After a day the key is free."""
    await desk.put(provider(capabilities=chat("a", "b")))
    await desk.selection.select(select_model("a"), by("ann"), None, KEY)
    other = IdempotencyKey(KEY.digest, "select b")
    with pytest.raises(IdempotencyKeyReused):
        await desk.selection.select(select_model("b"), by("ann"), None, other)
    desk.clock.forward(KEPT_FOR)
    await desk.selection.select(select_model("b"), by("ann"), None, other)
    assert await models(desk) == ["a", "b"]


async def test_what_was_refused_is_not_remembered(desk: Desk) -> None:
    """Nothing was done: a repeated request is judged anew."""
    await desk.put(provider(capabilities=chat("a")))
    with pytest.raises(NothingToRollBack):
        await desk.selection.roll_back(slot(), by("ann"), None, KEY)
    await desk.selection.select(select_model("a"), by("ann"))
    assert (await desk.selection.roll_back(slot(), by("ann"), None, KEY)).version == 2


def test_keys_of_different_callers_never_meet() -> None:
    """Nor do those of different requests."""
    ann, bob = by("ann"), by("bob")
    assert idempotency_key(ann, "k", 1).digest != idempotency_key(bob, "k", 1).digest
    assert len({idempotency_key(evolve(ann, token=token), "k", 1).digest for token in (None, "shop", "nightly")}) == 3
    assert idempotency_key(ann, "k", 1) == idempotency_key(ann, "k", 1)
    assert idempotency_key(ann, "k", 1).request != idempotency_key(ann, "k", 2).request


async def test_what_is_remembered_is_bounded(desk: Desk) -> None:
    """By a day, and by a number: the latest stay, this one among them."""
    await desk.put(provider(capabilities=chat("a")))
    early, late = (CompletedRequest(IdempotencyKey(name, ""), slot(), 1, True, desk.clock()) for name in ("early", "late"))
    later = desk.clock() + timedelta(minutes=1)
    remembered = {early.key.digest: early, **{f"{n}": evolve(late, key=IdempotencyKey(f"{n}", ""), at=later) for n in range(MOST_KEPT - 1)}}
    desk.store.contents = evolve(desk.store.contents, completed_requests=remembered)
    desk.clock.now = later
    await desk.selection.select(select_model("a"), by("ann"), None, KEY)
    kept = desk.store.contents.completed_requests
    assert (len(kept), early.key.digest in kept, KEY.digest in kept) == (MOST_KEPT, False, True)
    desk.clock.forward(KEPT_FOR)
    await desk.selection.select(select_model("a"), by("ann"), None, IdempotencyKey("next", ""))
    assert list(desk.store.contents.completed_requests) == ["next"]


@pytest.mark.parametrize("versions", [[], [1, 2], [4, 5]])
async def test_an_outcome_that_the_history_does_not_hold(desk: Desk, versions: list[int]) -> None:
    """None: what was done before a restore is not answered with something else."""
    await desk.put(provider(capabilities=chat("a", "b")))
    for number in range(5):
        await desk.selection.select(select_model("ab"[number % 2]), by("ann"))
    held = [change for change in await desk.history(slot()) if change.version in versions]
    done = CompletedRequest(KEY, slot(), 3, True, desk.clock())
    assert outcome_again(done, held) is None
    assert outcome_again(evolve(done, is_change=False), []) == SlotOutcome(SlotState(slot(), 3), None)
