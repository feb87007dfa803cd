"""Two clients at once, without threads and without chance: coroutines that are stepped by hand in an order that somebody drew."""

from collections.abc import Coroutine, Generator, Iterator, Sequence
from itertools import count, islice, repeat
from typing import Any

Turns = Sequence[tuple[int, int]]
"""Who goes on for how many steps: `[(0, 3), (1, 5)]`. After these everybody is let finish, the one after the last interrupted one first."""

MOST_STEPS = 20_000
A_LONG_RUN = 200


class _Step:
    def __await__(self) -> Generator[None, None, None]:
        yield


async def pause() -> None:
    """Gives the turn back to whoever plays the clients."""
    await _Step()


def play(clients: Sequence[Coroutine[Any, Any, Any]], turns: Turns = ()) -> list[Any]:
    """Runs all of them to their ends, interleaved as `turns` says; gives what each returned."""
    answers: dict[int, Any] = {}
    for turn in islice(_order(turns), MOST_STEPS):
        client = turn % len(clients)
        if client not in answers and (answer := step(clients[client])) is not None:
            answers[client] = answer[0]
        if len(answers) == len(clients):
            break
    assert len(answers) == len(clients), "the clients wait for each other for ever"
    return [answers[number] for number in range(len(clients))]


def step(client: Coroutine[Any, Any, Any]) -> tuple[Any] | None:
    """One step; what the client returned, in a tuple, if that was its last."""
    try:
        client.send(None)
    except StopIteration as end:
        return (end.value,)
    return None


def _order(turns: Turns) -> Iterator[int]:
    for client, steps in turns:
        yield from repeat(client, steps)
    for client in count(turns[-1][0] + 1 if turns else 0):
        yield from repeat(client, A_LONG_RUN)
