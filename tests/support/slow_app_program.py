"""A server over an application of five routes, with short times for its end.

    python -m tests.support.slow_app_program [--broken] --port PORT

`/health/live` answers at once, `/sleep/{seconds}` after so many seconds, `/events` for ever; `/asleep` is there while somebody sleeps;
`/collector` how many objects the collector has left alone, and from how many new ones on it runs. `--broken` is an application that cannot start.
"""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from litestar import Litestar, get
from litestar.datastructures import State as LitestarState
from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp

from modeldesk.domain.errors import InvalidValue
from modeldesk.entrypoints.api.app import EVENT_HUB
from modeldesk.entrypoints.consumer.event_hub import EventHub, State
from modeldesk.entrypoints.consumer.events import EventStream
from modeldesk.entrypoints.log_redaction import LogRedactor
from modeldesk.entrypoints.logs import configure
from modeldesk.entrypoints.server.limits import ConnectionLimits, EndLimits
from modeldesk.entrypoints.server.listening import listening
from modeldesk.entrypoints.server.supervisor import Pace, Supervisor
from modeldesk.entrypoints.server.worker import SocketServer, WorkerOptions, run_worker

END = EndLimits(clients=0.3, worker=2.0, killed=5.0)


@get("/health/live")
async def live() -> str:
    return "ok"


@get("/sleep/{seconds:float}")
async def sleep(seconds: float, state: LitestarState) -> str:
    state["asleep"] = True
    await asyncio.sleep(seconds)
    return "slept"


@get("/asleep")
async def asleep(state: LitestarState) -> str:
    if "asleep" not in state:
        raise NotFoundException
    return "yes"


@get("/collector")
async def collector() -> list[int]:
    return [gc.get_freeze_count(), gc.get_threshold()[0]]


async def nothing_changes() -> State:
    return State("same", 0)


async def always() -> bool:
    return True


HUB = EventHub(nothing_changes)


@get("/events")
async def events() -> ASGIApp:
    return EventStream(HUB, "anybody", None, always)


@asynccontextmanager
async def broken(_: Litestar) -> AsyncIterator[None]:
    raise InvalidValue("port-not-bindable", port=1, host="h", said="the reason")
    yield


if __name__ == "__main__":
    configure(LogRedactor())
    start = [broken] if "--broken" in sys.argv else []
    state = LitestarState({EVENT_HUB: HUB})
    app = Litestar([live, sleep, asleep, collector, events], openapi_config=None, logging_config=None, lifespan=start, state=state)
    with listening("127.0.0.1", int(sys.argv[-1])) as sockets:
        options = WorkerOptions(app, SocketServer(ConnectionLimits()), sockets, ConnectionLimits(), end=END)

        def stop_listening() -> None:
            sockets[0].close()

        sys.exit(Supervisor(partial(run_worker, options), 1, lambda: print("ready", flush=True), stop_listening, pace=Pace(end=END)).run())
