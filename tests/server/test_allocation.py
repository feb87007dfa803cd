"""The memory of threads, and of large blocks."""

import ctypes
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.preloaded import modeldesk

PROGRAM = """
import ctypes, sys, threading
from modeldesk.entrypoints.server.allocation import share_one_arena
if sys.argv[1] == "shared":
    share_one_arena()
for _ in range(4):
    thread = threading.Thread(target=lambda: [bytes(5_000) for _ in range(1_000)])
    thread.start()
    thread.join()
ctypes.CDLL(None).malloc_stats()
"""


START = """
import ctypes, sys
from modeldesk.entrypoints.cli.serving import start
from modeldesk.entrypoints.server import allocation, supervisor
if sys.argv[1] == "usual":
    allocation.share_one_arena = lambda: None
supervisor.Supervisor.run = lambda _: ctypes.CDLL(None).malloc_stats()
start("127.0.0.1", 0, 1, debug=False)
"""

LOOP = """
import asyncio, os, sys
import uvloop
from modeldesk.entrypoints.server.worker import new_event_loop

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

async def echoed():
    async def echo(reader, writer):
        writer.write(await reader.readexactly(300_000))
        await writer.drain()
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(bytes(range(250)) * 1_200)
    return await reader.readexactly(300_000) == bytes(range(250)) * 1_200

make = uvloop.new_event_loop if sys.argv[1] == "usual" else new_event_loop
first = make()  # what every later one finds imported
before = resident()
loop = make()
print(resident() - before)
assert loop.run_until_complete(echoed())
"""

ALLOCATOR = """
import os, sys

class Noting:
    def find_spec(self, name, *_):
        if name == "granian._granian":
            print(os.environ.get("_RJEM_MALLOC_CONF"))

sys.meta_path.insert(0, Noting())
import modeldesk.entrypoints.server.worker
print(os.environ.get("_RJEM_MALLOC_CONF"))
"""

LOOK_UPS = """
import ctypes
from modeldesk.entrypoints.server import allocation

def classes():
    return len(ctypes._CFuncPtr.__subclasses__())

allocation.share_one_arena()
before = classes()
for _ in range(2):
    allocation.return_free_memory()
    allocation.return_zeros(object())
allocation.return_large_blocks()
allocation.use_up_gaps()
print(classes() - before)
"""

LARGE_BLOCKS = """
import ctypes, sys
from modeldesk.entrypoints.server.allocation import return_large_blocks
if sys.argv[1] == "returned":
    return_large_blocks()
bytes(1_000_000)
held = [bytes(900_000) for _ in range(20)]
ctypes.CDLL(None).malloc_stats()
"""

FREE_BLOCKS = """
import asyncio, os, sys
from modeldesk.entrypoints.server import allocation, worker

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

async def report():
    reporting = asyncio.create_task(worker._report(os.open(os.devnull, os.O_WRONLY)))
    for _ in range(2 * worker.REPORTS_BETWEEN_RETURNS):
        await asyncio.sleep(0)
    reporting.cancel()

worker.REPORT_EVERY = 0
before = resident()
held = [bytes(20_000) for _ in range(5_000)]
last = bytes(20_000)
del held
if sys.argv[1] == "returned":
    allocation.return_free_memory()
elif sys.argv[1] == "worker":
    asyncio.run(report())
print(resident() - before)
"""

SIDE_BY_SIDE = """
import sys
from modeldesk.entrypoints.server.allocation import use_up_gaps

def pages(size):
    return len({id(block) // 4096 for block in [bytes(size) for _ in range(500)]})

kept = [[bytes(size) for _ in range(100_000)] for size in (200, 800)]  # of Python's own blocks, and of the C library's
del kept[0][::20], kept[1][::20]
if sys.argv[1] == "used":
    use_up_gaps()
print(pages(200), pages(800))
"""

needs_glibc = pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallopt"), reason="only glibc has these options"
)


def arenas(word: str, program: str = PROGRAM, **options: Any) -> int:
    """How many glibc's own statistics list."""
    done = subprocess.run([sys.executable, "-c", program, word], capture_output=True, text=True, check=True, **options)
    return done.stderr.count("Arena ")


@needs_glibc
def test_threads_share_one_arena() -> None:
    """What one of them has freed, another one uses."""
    assert arenas("shared") == 1
    assert arenas("usual") > 1


@needs_glibc
def test_a_start_has_one_arena(tmp_path: Path) -> None:
    """Its threads, which open the database, leave none behind: each worker would write to what lies free in it."""
    desk = {"MODELDESK_HOME": str(tmp_path / "home")}
    with modeldesk("import-providers", folder=tmp_path, env=desk, stdout=subprocess.DEVNULL) as importing:
        assert importing.wait(timeout=60) == 0
    assert arenas("shared", START, env=desk) == 1
    assert arenas("usual", START, env=desk) > 1


def blocks_of_the_system(word: str) -> int:
    """The most that were allocated outside the heap at once, by glibc's own statistics."""
    done = subprocess.run([sys.executable, "-c", LARGE_BLOCKS, word], capture_output=True, text=True, check=True)
    return int(re.findall(r"max mmap regions = +(\d+)", done.stderr)[0])


@needs_glibc
def test_large_blocks_are_no_part_of_the_heap() -> None:
    """Freed blocks return to the system, even after a larger block was freed."""
    assert blocks_of_the_system("returned") >= 20
    assert blocks_of_the_system("usual") < 20


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere no page returns")
def test_an_event_loop_holds_no_buffer_before_anything_arrives() -> None:
    """uvloop's own takes 250 KiB in each worker, which receives through it what vendors and databases send."""

    def taken(word: str) -> int:
        return int(subprocess.run([sys.executable, "-c", LOOP, word], capture_output=True, text=True, check=True).stdout)

    assert taken("usual") > 200_000
    assert taken("returned") < 100_000


def test_the_c_library_is_looked_up_once() -> None:
    """Before the workers part: ctypes makes a class each time, and a worker returns memory every ten seconds."""
    assert subprocess.run([sys.executable, "-c", LOOK_UPS], capture_output=True, text=True, check=True).stdout == "0\n"


@pytest.mark.parametrize(("given", "seen"), [({}, ["narenas:1", "None"]), ({"_RJEM_MALLOC_CONF": "narenas:2"}, ["narenas:2"] * 2)])
def test_the_threads_of_the_server_s_library_share_one_arena(given: dict[str, str], seen: list[str]) -> None:
    """That of its own allocator, which reads the variable when it is loaded. An operator may set it; nobody else sees it."""
    done = subprocess.run([sys.executable, "-c", ALLOCATOR], env=given, capture_output=True, text=True, check=True)
    assert done.stdout.split() == seen


def kept(word: str) -> int:
    """Bytes that stay in memory after 100 MB of small blocks were freed that lie below one in use."""
    return int(subprocess.run([sys.executable, "-c", FREE_BLOCKS, word], capture_output=True, text=True, check=True).stdout)


@needs_glibc
def test_what_lies_free_below_a_block_in_use_returns() -> None:
    """By itself it stays. A worker returns it while it tells its parent that it lives."""
    assert kept("usual") > 90_000_000
    assert kept("returned") < 10_000_000
    assert kept("worker") < 10_000_000


def pages_of_blocks(word: str) -> tuple[int, int]:
    """So many pages 500 new blocks take: of 200 bytes, and of 800. One of twenty blocks before them is free."""
    done = subprocess.run([sys.executable, "-c", SIDE_BY_SIDE, word], capture_output=True, text=True, check=True)
    small, large = map(int, done.stdout.split())
    return small, large


@needs_glibc
def test_blocks_stand_side_by_side_once_the_gaps_are_used_up() -> None:
    """Otherwise each of them is on another page, of which each worker would have a copy."""
    assert min(pages_of_blocks("usual")) > 400
    small, large = pages_of_blocks("used")
    assert small < 80
    assert large < 160
