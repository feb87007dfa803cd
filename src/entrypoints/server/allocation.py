"""The memory of a server's processes: the C library's allocator, and what Python remembers."""

import ctypes
import mmap
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from typing import TypeVar

T = TypeVar("T")

M_ARENA_MAX = -8
M_MMAP_THRESHOLD = -3
"""Options of `mallopt` in glibc's malloc.h."""

LARGE = 128 * 1024
"""Bytes: the initial value in glibc."""


@cache
def _library() -> ctypes.CDLL:
    """The C library, with what a worker calls in it. Looked up once, before the workers part: ctypes makes a class for each look-up."""
    library = ctypes.CDLL(None)
    if sys.platform == "linux":
        library.madvise.argtypes = (ctypes.c_size_t, ctypes.c_size_t, ctypes.c_int)
    return library


def share_one_arena() -> None:
    """Lets all threads allocate from one arena, in this process and those that are forked from it.

    glibc gives each thread an arena of its own, which keeps what it has freed: a long list is read in any of several threads, and each would
    keep some megabytes. Under Python's lock they hardly compete for one.
    """
    _set(M_ARENA_MAX, 1)


@contextmanager
def one_arena_inside() -> Iterator[None]:
    """A library that is loaded inside, and has its own allocator (jemalloc in Rust), has one arena for all its threads.

    Each of its few threads would take an arena, with 110 KB of bookkeeping. Who sets the variable keeps what it says.
    """
    name, is_ours = "_RJEM_MALLOC_CONF", "_RJEM_MALLOC_CONF" not in os.environ
    os.environ.setdefault(name, "narenas:1")
    try:
        yield
    finally:
        if is_ours:
            del os.environ[name]  # it is read once, when the library is loaded


def return_large_blocks() -> None:
    """Returns every large block to the system when it is freed, in this process and its forks.

    By default, glibc raises the threshold when a large block is freed. Later blocks of that size come from the heap, which cannot shrink below
    what was allocated after them. Lists, answers and their texts are large blocks, and are seldom allocated.
    """
    _set(M_MMAP_THRESHOLD, LARGE)


def return_free_memory() -> None:
    """Returns what lies free in the heap to the system: a third of a millisecond, after a peak up to four.

    By itself glibc returns only what lies free at the heap's end.
    """
    with suppress(OSError, AttributeError):
        _library().malloc_trim(0)


def return_zeros(made: object) -> None:
    """Returns the pages of a large object that hold nothing but zeros: they are zero again when they are used."""
    if sys.platform != "linux":  # elsewhere the call means another thing
        return
    page = mmap.PAGESIZE
    zeros = bytes(page)
    advise = _library().madvise
    for address in range(-(-id(made) // page) * page, id(made) + sys.getsizeof(made) - page + 1, page):
        if ctypes.string_at(address, page) == zeros:
            advise(address, page, mmap.MADV_DONTNEED)


def _set(option: int, value: int) -> None:
    """Does nothing with other C libraries, which have no such options."""
    with suppress(OSError, AttributeError):
        _library().mallopt(option, value)


def forget_attributes() -> None:
    """Empties Python's cache of which class has which attribute, and so returns its references to their names.

    A process that parts from this one looks up others. It would displace what is there, and count a reference less of each name: a copy of a page
    for many of them. From Python 3.12 on no references to names are counted.
    """
    if sys.version_info < (3, 12):
        sys._clear_type_cache()


def use_up_gaps() -> None:
    """Takes what lies free between blocks in use, for good: processes that part from this one then allocate side by side, in new memory.

    Otherwise they would fill the gaps, and each gap costs each of them a copy of its page, which they no longer share.
    """
    with suppress(OSError, AttributeError):
        library = _library()
        trim, malloc, free = library.malloc_trim, library.malloc, library.free  # the first is glibc's alone
        malloc.restype, free.argtypes = ctypes.c_size_t, (ctypes.c_size_t,)
        for size in _C_SIZES:
            for block in reversed(_taken(partial(malloc, size), int, size)[-SIDE_BY_SIDE:]):
                free(block)
        trim(0)
    for size, make in _PYTHON_SIZES:
        _GAPS.extend(_taken(make, id, size)[:-SIDE_BY_SIDE])


SIDE_BY_SIDE = 8
"""So many blocks that follow one another come from new memory."""

MOST_OF_SIZE = 4 * 1024 * 1024
"""Bytes that are taken in blocks of one size, where an allocator never places blocks side by side."""

_HEADER = 8
"""Bytes before each block of glibc."""

_C_SIZES = [size - _HEADER for size in (*range(4096, 1024, -128), *range(1024, 16, -16))]
"""Bytes, downwards: what is left of a gap is taken as a smaller block. Of larger gaps the pages have been returned to the system."""

_EMPTY_BYTES = sys.getsizeof(b"")
_PYTHON_SIZES: list[tuple[int, Callable[[], object]]] = [
    (16, object),
    (32, partial(float, "0.5")),
    *((size, partial(bytes, size - _EMPTY_BYTES)) for size in range(48, 513, 16)),
]
"""An object of each size of which Python keeps blocks of its own."""

_GAPS = list[object]()


def _taken(make: Callable[[], T], address: Callable[[T], int], size: int) -> list[T]:
    """Blocks until the last ones stand side by side."""
    blocks, run, end = list[T](), 0, 0
    while run < SIDE_BY_SIDE and len(blocks) < SIDE_BY_SIDE + MOST_OF_SIZE // size:
        blocks.append(made := make())
        run = run + 1 if end <= address(made) <= end + 2 * size + _HEADER else 0
        end = address(made) + size
    return blocks
