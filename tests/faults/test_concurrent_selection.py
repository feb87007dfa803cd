"""Several processes choose for one slot at the same time."""

import asyncio
import subprocess
from collections.abc import Callable

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.selection import SlotChange, SlotState
from tests.support.writing_programs import CHAT

Start = Callable[..., "subprocess.Popen[str]"]


async def watch(url: str, running: Callable[[], bool]) -> int:
    """Looks at the slot for as long as they choose: after the first choice it is never empty, and its version never falls."""
    desk, looks, version = SqlStore(url), 0, 0
    while running():
        state = (await desk.current()).slot(CHAT)
        assert state.version >= version
        assert (state.active is not None) == (state.version > 0)
        version, looks = state.version, looks + 1
        await asyncio.sleep(0)
    await desk.close()
    return looks


async def end_of(url: str) -> tuple[SlotState, list[SlotChange], list[str]]:
    desk = SqlStore(url)
    async with desk.unit_of_work() as work:
        state, history = await work.choices.slot(CHAT), list(await work.choices.history(CHAT))
    wrong = await desk.operations.check()
    await desk.close()
    return state, history, wrong


def choose_at_once(database: str, start: Start, *, processes: int, times: int, guarded: str = "auto") -> None:
    started = [start("select", database, f"client-{number}", str(times), guarded) for number in range(processes)]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert asyncio.run(watch(database, lambda: any(process.poll() is None for process in started))) > 0
    assert [process.wait() for process in started] == [0] * processes
    for process in started:
        process.communicate()
    state, history, wrong = asyncio.run(end_of(database))
    assert wrong == []
    assert [step.version for step in history] == list(range(1, processes * times + 1))
    last = history[-1].model
    assert last is not None
    assert (state.version, state.active) == (processes * times, last.model_id)
    assert {step.chosen_by for step in history} == {f"client-{number}" for number in range(processes)}


def test_never_two_never_none_the_last_commit_wins(database: str, start: Start) -> None:
    """Three processes, while a fourth looks on: no choice is lost, and the last step of the history is what is active."""
    choose_at_once(database, start, processes=3, times=40)


@pytest.mark.nightly
def test_four_processes_ten_thousand_choices(database: str, start: Start) -> None:
    """The same with four processes and 2,500 choices each."""
    choose_at_once(database, start, processes=4, times=2_500)
    print("\n10,000 choices by 4 processes for one slot: 0 lost, 0 doubled")
