"""Several processes that choose for one slot at the same time, and what must hold meanwhile and afterwards."""

import asyncio
import subprocess
from collections.abc import Callable

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
    store = SqlStore(url)
    async with store.unit_of_work() as work:
        state, history = await work.choices.slot(CHAT), list(await work.choices.history(CHAT))
    wrong = await store.operations.check()
    await store.close()
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
