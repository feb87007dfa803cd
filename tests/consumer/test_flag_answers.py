"""All flags as they are joined from what is encoded already equal those that are encoded at once."""

import random
from typing import Any

import msgspec
from attrs import evolve

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.use import Use, UseName
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.services.resolution import Outcome, Resolver
from modeldesk.entrypoints.consumer.flag_answers import FlagAnswers
from modeldesk.entrypoints.consumer.flags import evaluations
from tests.support.fake_vendors import CLASSES
from tests.support.samples import Desk, chat, provider, select_model

SLUGS = ("acme", "other", "third")
CHAT = CapabilityName("chat")


class Held:
    """Snapshots of a test's choice."""

    def __init__(self) -> None:
        self.snapshot = Snapshot()

    async def current(self) -> Snapshot:
        return self.snapshot


def without_generation(outcomes: list[Outcome]) -> list[Any]:
    flags: list[Any] = msgspec.json.decode(msgspec.json.encode(list(evaluations(outcomes))))
    for flag in flags:
        if isinstance(flag.get("value"), dict):
            flag["value"]["generation"] = None
    return flags


async def write(desk: Desk, dice: random.Random) -> None:
    slug = dice.choice(SLUGS)
    match dice.randint(0, 3):
        case 0:
            await desk.put(provider(slug, capabilities=chat("large", "small"), is_active=dice.random() < 0.7))
        case 1:
            fallbacks = tuple(Slug(other) for other in dice.sample(SLUGS, dice.randint(0, 2)) if other != slug)
            await desk.uses.put(Use(UseName(f"use-{dice.randint(0, 2)}"), CHAT, Slug(slug), fallbacks=fallbacks), CLI_ACTOR)
        case _:
            await desk.selection.select(select_model(dice.choice(("large", "small", "unlisted")), of=Slot(Slug(slug), CHAT)), CLI_ACTOR)


async def test_joined_flags_are_those_that_are_encoded_at_once() -> None:
    """After each of many writes; the digest changes exactly when something other than the generation does."""
    for seed in range(4):
        desk, dice, answers = Desk(), random.Random(seed), FlagAnswers()
        await desk.put(*(provider(slug, capabilities=chat("large", "small")) for slug in SLUGS))
        earlier: tuple[Any, bytes] = ([], answers.of(await desk.resolver.all()).digest)
        for _ in range(30):
            await write(desk, dice)
            outcomes = list(await desk.resolver.all())
            joined = answers.of(outcomes)
            assert b"".join(joined.parts) == msgspec.json.encode(list(evaluations(outcomes)))
            assert joined.digest == FlagAnswers().of(outcomes).digest
            flags = without_generation(outcomes)
            assert (joined.digest == earlier[1]) is (flags == earlier[0])
            earlier = flags, joined.digest


async def test_a_selection_resolves_and_encodes_what_runs_on_it(monkeypatch) -> None:
    """The uses of another provider are as they were. The snapshot is stepped, as that of a database is."""
    desk, answers, encoded = Desk(), FlagAnswers(), list[str]()
    held = Held()
    resolver = Resolver(held, desk.catalogues, desk.metadata, CLASSES, desk.clock)
    await desk.put(*(provider(slug, capabilities=chat("large", "small")) for slug in SLUGS))
    for slug in SLUGS:
        await desk.uses.put(Use(UseName(f"for-{slug}"), CHAT, Slug(slug), fallbacks=(Slug("third"),) if slug == "acme" else ()), CLI_ACTOR)
        await desk.selection.select(select_model("large", of=Slot(Slug(slug), CHAT)), CLI_ACTOR)
    held.snapshot = await desk.store.current()
    answers.of(await resolver.all())

    def noted(outcomes: list[Outcome]) -> Any:
        encoded.extend(outcome.use.name if outcome.use is not None else outcome.slot.path for outcome in outcomes)
        return evaluations(outcomes)

    monkeypatch.setattr("modeldesk.entrypoints.consumer.flag_answers.evaluations", noted)
    slot = Slot(Slug("third"), CHAT)
    await desk.selection.select(select_model("small", of=slot), CLI_ACTOR)
    held.snapshot = evolve(held.snapshot, choices=held.snapshot.choices.with_states([(await desk.store.current()).slot(slot)]))
    answers.of(await resolver.all())
    assert encoded == ["for-acme", "for-third", "third/chat"]
