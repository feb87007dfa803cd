"""Parts of providers: computed once, and anew only where something changed."""

import asyncio

from attrs import evolve

from modeldesk.domain.model.choices import Choices, States
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.selection import SlotState
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.services.provider_parts import WITHOUT_A_BREAK, ProviderParts
from tests.support.samples import provider
from tests.support.stores import list_state, stored_key

CHAT, IMAGE = CapabilityName("chat"), CapabilityName("image")
PROVIDERS = {entry.slug: entry for entry in (provider("b"), provider("a"), provider("unused"))}


def state(slug: str, name: CapabilityName, version: int) -> SlotState:
    return SlotState(Slot(Slug(slug), name), version)


class Computed:
    """Parts that tell the slots of their provider, and for which providers they were computed."""

    def __init__(self) -> None:
        self.slugs = list[str]()
        self.parts = ProviderParts[tuple[str, int]]()

    async def of(self, choices: Choices, basis: object = 1) -> tuple[list[tuple[str, int]], list[str]]:
        return await self.at(Snapshot(providers=PROVIDERS, choices=choices), basis)

    async def at(self, snapshot: Snapshot, basis: object = 1) -> tuple[list[tuple[str, int]], list[str]]:
        self.slugs = []
        found = await self.parts.current(snapshot, (basis,), self._part)
        return list(found), sorted(self.slugs)

    async def _part(self, provider: Provider, states: States) -> tuple[str, int]:
        self.slugs.append(provider.slug)
        return provider.slug, sum(entry.version for entry in states.values())


async def test_a_change_of_one_slot_computes_one_part() -> None:
    """In display order; a slot that was never used counts from its first change."""
    computed, choices = Computed(), Choices.of([state("a", CHAT, 1), state("a", IMAGE, 2)])
    assert await computed.of(choices) == ([("b", 0), ("a", 3), ("unused", 0)], ["a", "b", "unused"])
    assert await computed.of(choices) == ([("b", 0), ("a", 3), ("unused", 0)], [])
    choices = choices.with_states([state("b", CHAT, 7)])
    assert await computed.of(choices) == ([("b", 7), ("a", 3), ("unused", 0)], ["b"])
    choices = choices.with_states([state("a", CHAT, 5)]).with_states([state("b", CHAT, 8)])
    assert await computed.of(choices) == ([("b", 8), ("a", 7), ("unused", 0)], ["a", "b"])


async def test_an_earlier_snapshot_gets_its_own_parts() -> None:
    """A request may come with it after one that had a later one: a slot that it does not have yet counts as changed."""
    computed, earlier = Computed(), Choices.of([state("a", CHAT, 1)])
    await computed.of(earlier.with_states([state("b", CHAT, 7)]))
    assert await computed.of(earlier) == ([("b", 0), ("a", 1), ("unused", 0)], ["b"])


async def test_another_basis_computes_everything() -> None:
    """What is kept for the earlier one is not used, not even when it comes back."""
    computed, choices = Computed(), Choices.of([state("a", CHAT, 1)])
    await computed.of(choices)
    assert (await computed.of(choices, basis=2))[1] == ["a", "b", "unused"]
    assert (await computed.of(choices))[1] == ["a", "b", "unused"]


async def test_a_change_of_one_provider_computes_one_part() -> None:
    """Of its declaration, its shared list or its shared key; the others stay, in the new order. A personal key changes nothing that all see."""
    computed, present = Computed(), Snapshot(providers=PROVIDERS)
    await computed.at(present)
    moved = {entry.slug: entry for entry in (provider("new"), *PROVIDERS.values())}
    for changed, slugs in (
        (evolve(present, providers=moved), ["new"]),
        (evolve(present, providers={**PROVIDERS, Slug("a"): provider("a")}), ["a"]),
        (evolve(present, lists={Slug("b"): list_state("b")}), ["b"]),
        (evolve(present, keys={(Slug("unused"), None): stored_key("unused")}), ["unused"]),
        (evolve(present, own_lists={(Slug("b"), "sara"): list_state("b", owner="sara")}), []),
        (evolve(present, keys={(Slug("b"), "sara"): stored_key("b", "sara")}), []),
    ):
        found, computed_anew = await computed.at(changed)
        assert ([slug for slug, _ in found], computed_anew) == (list(changed.providers), slugs)
        back = await computed.at(present)
        assert back == ([(slug, 0) for slug in PROVIDERS], [slug for slug in slugs if slug in PROVIDERS])


async def test_states_are_a_mapping_of_slots() -> None:
    """Equal to a dictionary of the same states, whatever order they came in."""
    states = [state("a", CHAT, 1), state("b", CHAT, 2), state("a", IMAGE, 3)]
    choices = Choices.of(states)
    assert choices == {entry.slot: entry for entry in reversed(states)}
    assert (len(choices), choices[states[2].slot], choices.get(Slot(Slug("c"), CHAT))) == (3, states[2], None)
    assert choices.with_states([]) is choices


async def test_others_run_while_many_parts_are_computed() -> None:
    """Between two stretches, and not only at the end."""
    computed, seen = Computed(), list[int]()
    many = {entry.slug: entry for entry in (provider(f"p-{number}") for number in range(3 * WITHOUT_A_BREAK))}

    async def look() -> None:
        while True:
            seen.append(len(computed.slugs))
            await asyncio.sleep(0)

    looking = asyncio.get_running_loop().create_task(look())
    await computed.at(Snapshot(providers=many))
    looking.cancel()
    assert [count for count in seen if 0 < count < len(many)] == [WITHOUT_A_BREAK, 2 * WITHOUT_A_BREAK]
