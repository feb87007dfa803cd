"""What a change of a provider takes from its slots: the capability, or the active model's place in the list."""

import pytest
from attrs import evolve

from modeldesk.domain.model.choices import Choices
from modeldesk.domain.model.providers.provider import Capability, Provider
from modeldesk.domain.model.selection import SlotState, StoredModel
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, ModelPattern, SingleLineText, Slug
from modeldesk.domain.services.slot_losses import slot_losses
from tests.support.samples import NOON, lists, provider, slot

CHAT, IMAGE = CapabilityName("chat"), CapabilityName("image")
ACME = provider("acme", capabilities={CHAT: lists("large", "small"), IMAGE: lists("drawn")})


def desk(held: Provider = ACME, active: str | None = "large", *uses: Use) -> Snapshot:
    state = SlotState(slot())
    if active is not None:
        model = StoredModel(slot(), ModelId(active), SingleLineText(active), None, NOON, SingleLineText("ann"))
        state = SlotState(slot(), 1, model.model_id, {model.model_id: model})
    return Snapshot(providers={held.slug: held}, choices=Choices.of([state]), uses={use.name: use for use in uses})


def with_chat(part: Capability | None, held: Provider = ACME) -> Provider:
    return held.with_fields({"capabilities.chat": part})


def with_patterns(*models: str, include: str | None = None, exclude: str | None = None, is_live: bool = False) -> Capability:
    patterns = {name: (ModelPattern(text),) for name, text in (("include", include), ("exclude", exclude)) if text is not None}
    return evolve(lists(*models), has_dynamic_models=is_live, **patterns)


@pytest.mark.parametrize("part", [None, Capability(supported=False)], ids=["removed", "no longer supported"])
def test_a_capability_that_ends_takes_its_model_and_its_uses(part: Capability | None) -> None:
    """Those that point at it, and those that name its provider as a fallback."""
    uses = Use(UseName("support"), CHAT, Slug("acme")), Use(UseName("shop"), CHAT, Slug("other"), fallbacks=(Slug("acme"),))
    (loss,) = slot_losses(desk(ACME, "large", *uses), ACME, with_chat(part))
    assert (loss.slot, loss.model and loss.model.model_id, loss.is_offered) == (slot(), "large", False)
    assert (loss.uses, loss.fallback_of) == (["support"], ["shop"])


def test_a_use_loses_its_ground_without_an_active_model_too() -> None:
    """A capability that nobody asks for, and that has no active model, is no loss."""
    use = Use(UseName("support"), CHAT, Slug("acme"))
    assert slot_losses(desk(ACME, None), ACME, with_chat(None)) == []
    (loss,) = slot_losses(desk(ACME, None, use), ACME, with_chat(None))
    assert (loss.model, loss.uses) == (None, ["support"])


@pytest.mark.parametrize(
    ("part", "is_lost"),
    [
        (lists("small"), True),
        (lists("large"), False),
        (with_patterns("large", "small", exclude="lar*"), True),
        (with_patterns("large", "small", include="sm*"), True),
        (with_patterns("large", include="la*"), False),
        (Capability(supported=True, has_dynamic_models=True), False),
        (with_patterns(exclude="large", is_live=True), True),
    ],
)
def test_an_active_model_that_leaves_the_list(part: Capability, is_lost: bool) -> None:
    """By the fixed list or by its patterns; of a live list nobody knows before it is read."""
    losses = slot_losses(desk(), ACME, with_chat(part))
    assert [(loss.slot, loss.is_offered) for loss in losses] == ([(slot(), True)] if is_lost else [])


def test_what_was_lost_before_is_no_loss() -> None:
    """A model that the list never held, and a capability that was not offered."""
    assert slot_losses(desk(active="unlisted"), ACME, with_chat(lists("small"))) == []
    ended = with_chat(Capability(supported=False))
    assert slot_losses(desk(ended), ended, with_chat(None)) == []


def test_the_first_capability_ends_all_others_of_an_open_provider() -> None:
    """It allowed every one before."""
    open_one = provider("acme")
    (loss,) = slot_losses(desk(open_one), open_one, open_one.with_fields({"capabilities.image": lists()}))
    assert (loss.slot, loss.is_offered) == (slot(), False)
    (unlisted,) = slot_losses(desk(open_one), open_one, with_chat(lists("small"), open_one))
    assert unlisted.is_offered


def test_fingerprints_tell_losses_apart() -> None:
    """So that a confirmation is of what was shown."""
    use = Use(UseName("support"), CHAT, Slug("acme"))
    found = [
        slot_losses(desk(ACME, active, *uses), ACME, with_chat(None)) for active, uses in (("large", ()), ("small", ()), ("small", (use,)))
    ]
    found.append(slot_losses(desk(), ACME, with_chat(lists("small"))))
    assert len({one[0].fingerprint for one in found}) == 4
