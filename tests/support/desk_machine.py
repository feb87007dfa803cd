"""A machine that works at a desk, one client or several at once, and holds every answer and every state to the plain desk."""

from collections.abc import Callable, Sequence
from copy import deepcopy
from itertools import permutations
from typing import Any, ClassVar

from attrs import evolve
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.model.audit import Action
from modeldesk.domain.model.selection import SlotChange, SlotState
from modeldesk.domain.model.snapshot import Generation
from modeldesk.domain.model.use import UseName
from modeldesk.domain.services.uses import use_subject
from tests.support import plain_desk
from tests.support.desk_operations import Import, ListModels, ShowOverview, place, plain_provider
from tests.support.desk_services import services_over
from tests.support.interleaving import Turns, pause, play, step
from tests.support.operation import Operation, Place
from tests.support.operation_strategies import DESELECTIONS, FIRST_DECLARATIONS, OPERATIONS, SELECTIONS, SLOT_CHANGES, SWITCHES
from tests.support.plain_offers import Answer, offers
from tests.support.use_operations import NAMES, USE_CHANGES, PutUse, ResolveAll, ResolveUse, plain_use

CHOICES = (Action.MODEL_SELECTED, Action.MODEL_DESELECTED, Action.CHOICE_ROLLED_BACK)
TURNS = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 12)), max_size=5)


class DeskMachine(RuleBasedStateMachine):
    """Over the desk in memory, whose `pause` gives the turn away at every call of a port."""

    open_desk: ClassVar[Callable[..., InMemoryStore]] = InMemoryStore

    def __init__(self) -> None:
        super().__init__()
        self.desk = type(self).open_desk(pause=pause)
        self.services = services_over(self.desk)
        self.plain = plain_desk.empty_desk()
        self.last_seen = Generation()
        self.steps_made = 0

    @initialize(declared=FIRST_DECLARATIONS)
    def providers_are_imported(self, declared: Any) -> None:
        self.done_at_once([Import(declared, "ann")], ())

    @rule(operation=OPERATIONS)
    def one_client(self, operation: Operation) -> None:
        """Alone, everything is as the plain desk says."""
        self.done_at_once([operation], ())

    @rule(operations=st.lists(OPERATIONS, min_size=2, max_size=3), turns=TURNS)
    def clients_at_once(self, operations: Sequence[Operation], turns: Turns) -> None:
        """However their steps fall, answers and outcome are those of one after the other, in some order."""
        self.done_at_once(operations, turns)

    @rule(
        place=st.tuples(st.sampled_from(["alpha", "beta"]), st.just("chat")),
        choices=st.lists(SLOT_CHANGES, min_size=2, max_size=3),
        turns=TURNS,
    )
    def clients_at_one_slot(self, place: Place, choices: Any, turns: Turns) -> None:
        """Where it matters most: all of them want the same slot."""
        self.done_at_once([evolve(choice, place=place) for choice in choices], turns)

    @rule(
        name=NAMES,
        changes=st.lists(USE_CHANGES | SELECTIONS | DESELECTIONS | SWITCHES, min_size=1, max_size=2),
        turns=TURNS,
    )
    def a_product_asks_meanwhile(self, name: str, changes: Any, turns: Turns) -> None:
        """While the use is re-pointed and models are selected: one model, and it is the active one of where the use points."""
        changes = [evolve(change, name=name) if isinstance(change, PutUse) else change for change in changes]
        self.done_at_once([ResolveUse(name), *changes], turns)

    @rule(operation=OPERATIONS, steps=st.integers(0, 8))
    def a_client_goes_away(self, operation: Operation, steps: int) -> None:
        """In the middle of what it does, without a word: it is done whole or not at all, and nobody waits for it."""
        self.steps_made += 1
        client = operation.through(self.services)
        for _ in range(steps):
            if step(client) is not None:
                break
        client.close()
        done = deepcopy(self.plain)
        operation.plainly(done)
        self.at_most_one_is_in_use()
        assert self.seen() in (self.plain, done), f"{operation} was done by half: {self.seen()}"
        self.plain = self.plain if self.seen() == self.plain else done

    def done_at_once(self, operations: Sequence[Operation], turns: Turns) -> None:
        self.steps_made += 1
        answers = play([operation.through(self.services) for operation in operations], turns)
        self.at_most_one_is_in_use()
        self.must_be_serial(operations, answers)

    def must_be_serial(self, operations: Sequence[Operation], answers: Sequence[Answer]) -> None:
        """Some order, one after the other, explains what was answered and what stands now; from there it goes on."""
        serially = []
        for order in permutations(range(len(operations))):
            plain = deepcopy(self.plain)
            reported = {number: operations[number].plainly(plain) for number in order}
            if reported == dict(enumerate(answers)) and plain == self.seen():
                self.plain = plain
                return
            serially.append(reported)
        raise AssertionError(
            f"no order of {operations} explains {answers} and {self.seen()}; one after the other would answer one of {serially}"
        )

    def in_use(self) -> dict[Place, list[str]]:
        """Which models are marked as in use."""
        return {place(slot): [state.active] for slot, state in self.desk.contents.choices.items() if state.active is not None}

    def seen(self) -> plain_desk.Desk:
        """What stands at the desk, in the plain desk's words."""
        held = self.desk.contents
        return {
            "providers": {slug: plain_provider(provider) for slug, provider in held.providers.items()},
            "slots": {place(slot): self.seen_slot(state) for slot, state in held.choices.items()},
            "uses": {name: self.seen_use(name) for name in held.use_history},
            "catalogue": held.generation.catalogue,
            "choices": held.generation.choices,
        }

    def seen_slot(self, state: SlotState) -> dict[str, Any]:
        return {
            "active": state.active,
            "models": {
                model.model_id: {"name": model.model_name, "is_free": model.is_free, "by": model.selected_by}
                for model in state.models.values()
            },
            "steps": [[entry.model and entry.model.model_id, entry.chosen_by] for entry in self.desk.contents.history[state.slot]],
            "back": self.seen_back(self.desk.contents.history[state.slot]),
        }

    def seen_use(self, name: UseName) -> dict[str, Any]:
        """A use with its history, and what it was before each change that was not rolled back."""
        back, held = list[dict[str, Any] | None](), None
        for entry in self.desk.contents.use_history[name]:
            if entry.restores is None:
                back.append(held)
            else:
                back.pop()
            held = plain_use(entry.use)
        steps = [[plain_use(entry.use), entry.changed_by] for entry in self.desk.contents.use_history[name]]
        return {"use": plain_use(self.desk.contents.uses.get(name)), "steps": steps, "back": back}

    def seen_back(self, steps: Sequence[SlotChange]) -> list[list[Any] | None]:
        """What was in use before each choice that was not taken back."""
        back, in_use = list[list[Any] | None](), None
        for entry in steps:
            if entry.restores is None:
                back.append(in_use)
            else:
                back.pop()
            in_use = entry.model and [entry.model.model_id, entry.model.model_name, entry.model.is_free]
        return back

    @invariant()
    def at_most_one_is_in_use(self) -> None:
        for slot, models in self.in_use().items():
            assert len(models) <= 1, f"{len(models)} models are in use for {slot}: {models}"

    @invariant()
    def what_is_in_use_is_what_was_chosen_last(self) -> None:
        """The history tells the present: never none after a select, never another than the last commit's."""
        for slot, steps in self.desk.contents.history.items():
            last = steps[-1].model
            now = self.in_use().get(place(slot), [])
            assert now == ([last.model_id] if last else []), f"in use for {place(slot)} is {now}, chosen last was {last and last.model_id}"

    @invariant()
    def the_trail_tells_every_step(self) -> None:
        """Who chose what for which slot, in the order of the history: nothing is changed without its line, and no line tells what was not done."""
        trail = [entry for entry in self.desk.contents.audit if entry.action in CHOICES]
        for slot, steps in self.desk.contents.history.items():
            reported = [(entry.by, entry.before, entry.after) for entry in trail if entry.subject == slot.path]
            models = [None, *(step.model and step.model.model_id for step in steps)]
            assert reported == [
                (step.chosen_by, {"model_id": models[step.version - 1]}, {"model_id": models[step.version], "slot_version": step.version})
                for step in steps
            ]
        assert len(trail) == sum(len(steps) for steps in self.desk.contents.history.values())

    @invariant()
    def the_history_replays_to_the_present(self) -> None:
        for slot, state in self.desk.contents.choices.items():
            replayed = SlotState(slot)
            for entry in self.desk.contents.history[slot]:
                replayed = replayed.with_active(entry.model) if entry.model else replayed.without_active()
                assert entry.version == replayed.version
            assert replayed == state
            assert state.active is None or state.active in state.models
            moments = [entry.chosen_at for entry in self.desk.contents.history[slot]]
            assert moments == sorted(set(moments))

    @invariant()
    def what_is_in_use_is_offered(self) -> None:
        for (slug, capability), _ in self.in_use().items():
            assert offers(self.plain["providers"][slug], capability)

    @invariant()
    def a_use_has_one_model_and_it_is_active(self) -> None:
        """Whatever was re-pointed, selected, disabled, imported or rolled back: what a product is answered stands in the slot."""
        in_use = self.in_use()
        for outcome in play([self.services.resolver.all()])[0]:
            if outcome.resolution is not None:
                found = outcome.resolution.resolved
                assert in_use[place(outcome.slot)] == [found.model.model_id], f"{outcome.use} is answered {found.model.model_id}"
                assert self.plain["providers"][outcome.slot.provider]["is_active"]

    @invariant()
    def the_trail_tells_every_change_of_a_use(self) -> None:
        """Versions rise by one, and each has its line in the trail."""
        for name, changes in self.desk.contents.use_history.items():
            assert [change.version for change in changes] == list(range(1, len(changes) + 1))
            trail = [entry.by for entry in self.desk.contents.audit if entry.subject == use_subject(name)]
            assert trail == [change.changed_by for change in changes]

    @invariant()
    def numbers_rise_and_only_when_something_changed(self) -> None:
        """The plain desk counts what changed; here, that no number ever falls."""
        now = self.desk.contents.generation
        assert (now.catalogue, now.choices) == (self.plain["catalogue"], self.plain["choices"])
        assert now.catalogue >= self.last_seen.catalogue
        assert now.choices >= self.last_seen.choices
        self.last_seen = now

    @invariant()
    def every_way_of_looking_shows_the_same(self) -> None:
        assert self.desk.writer is None
        for look in (ListModels(), ShowOverview(), ResolveAll()):
            assert play([look.through(self.services)]) == [look.plainly(self.plain)]
