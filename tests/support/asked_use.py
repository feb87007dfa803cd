"""Checks what readers of one use were answered against the order of all changes: one model, and the active one of some moment of the question.

Each change is one step in the order of the audit trail, in which commits that several clients share stand one after the other. The versions that an
answer names tell between which changes it was so. Times are seconds of one clock.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate

from attrs import frozen

State = tuple[int, str, int, str]
"""The version of the use, the provider that it points at, the version of the slot there, and its active model."""


@frozen
class Change:
    """One commit. `model` None: the use points at the provider from now on; else the model is active there."""

    provider: str
    model: str | None = None


@frozen
class Answered:
    """What one question came to; None for no model."""

    began: float
    ended: float
    state: State | None


@frozen
class Order:
    """The use and the models before all changes, at version 1 each; the changes in their order, and when the call of each began and ended."""

    provider: str
    models: Mapping[str, str]
    changes: Sequence[Change]
    calls: Sequence[tuple[float, float]]

    def states(self) -> list[State]:
        """What a product is to be answered: before all changes, and after each."""
        use, slots = (1, self.provider), {provider: (1, model) for provider, model in self.models.items()}
        found: list[State] = [(*use, *slots[use[1]])]
        for change in self.changes:
            if change.model is None:
                use = (use[0] + 1, change.provider)
            else:
                slots[change.provider] = (slots[change.provider][0] + 1, change.model)
            found.append((*use, *slots[use[1]]))
        return found


def violations(order: Order, answers: Sequence[Answered]) -> list[str]:
    """What no moment between question and answer explains."""
    first, last = dict[State, int](), dict[State, int]()
    for index, state in enumerate(order.states()):
        first.setdefault(state, index)
        last[state] = index
    begins = list(accumulate((began for began, _ in order.calls), max))
    acknowledged = sorted((ended, index) for index, (_, ended) in enumerate(order.calls, start=1))
    ends, latest = [ended for ended, _ in acknowledged], list(accumulate((index for _, index in acknowledged), max))
    found = list[str]()
    for answer in answers:
        known = bisect_left(ends, answer.began)
        if answer.state is None:
            wrong: str | None = "no model"
        elif answer.state not in first:
            wrong = "never was active there"
        elif last[answer.state] < (oldest := latest[known - 1] if known else 0):
            wrong = f"stale: change {oldest} was acknowledged before the question"
        else:
            wrong = "active only after the answer" if first[answer.state] > bisect_right(begins, answer.ended) else None
        if wrong is not None:
            found.append(f"{wrong}: {answer}")
    return found
