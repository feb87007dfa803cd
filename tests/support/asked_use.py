"""Checks what readers of one use were answered against the order of all changes: one model, and the active one of some moment of the question.

Each change is one commit: the use is re-pointed, or a model is selected where it may point. It raises the number that every answer names by
one, so that a number names one state. Times are seconds of one clock.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from itertools import accumulate

from attrs import frozen


@frozen
class Change:
    """One commit. `model` None: the use points at the provider from now on; else the model is active there."""

    provider: str
    model: str | None = None


@frozen
class Answered:
    """What one question came to. `model` None: no model. `number` is the one that the answer names."""

    began: float
    ended: float
    provider: str
    model: str | None
    number: int


@frozen
class Order:
    """The state before all changes, its number, the changes in the order of their commits, and when the call of each began and ended."""

    number: int
    provider: str
    models: Mapping[str, str]
    changes: Sequence[Change]
    calls: Sequence[tuple[float, float]]

    def states(self) -> list[tuple[str, str]]:
        """Where the use pointed, and what was active there: before all changes, and after each."""
        provider, models = self.provider, dict(self.models)
        found = [(provider, models[provider])]
        for change in self.changes:
            if change.model is None:
                provider = change.provider
            else:
                models[change.provider] = change.model
            found.append((provider, models[provider]))
        return found


def violations(order: Order, answers: Sequence[Answered]) -> list[str]:
    """What no moment between question and answer explains."""
    states = order.states()
    begins = list(accumulate((began for began, _ in order.calls), max))
    acknowledged = sorted((ended, index) for index, (_, ended) in enumerate(order.calls, start=1))
    ends, latest = [ended for ended, _ in acknowledged], list(accumulate((index for _, index in acknowledged), max))
    found = list[str]()
    for answer in answers:
        index = answer.number - order.number
        known = bisect_left(ends, answer.began)
        if wrong := _wrong(answer, index, states, begins, latest[known - 1] if known else 0):
            found.append(f"{wrong}: {answer}")
    return found


def _wrong(answer: Answered, index: int, states: Sequence[tuple[str, str]], begins: Sequence[float], oldest: int) -> str | None:
    if answer.model is None:
        return "no model"
    if not 0 <= index < len(states):
        return "a state that never was"
    if (answer.provider, answer.model) != states[index]:
        return f"active was {states[index]}"
    if index < oldest:
        return f"stale: change {oldest} was acknowledged before the question"
    if index and begins[index - 1] > answer.ended:
        return "active only after the answer"
    return None
