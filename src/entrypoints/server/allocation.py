"""The C library's allocator in the processes of a server."""

import ctypes
from contextlib import suppress

M_ARENA_MAX = -8
M_MMAP_THRESHOLD = -3
"""Options of `mallopt` in glibc's malloc.h."""

LARGE = 128 * 1024
"""Bytes: the initial value in glibc."""


def share_one_arena() -> None:
    """Lets all threads allocate from one arena, in this process and those that are forked from it.

    glibc gives each thread an arena of its own, which keeps what it has freed: a long list is read in any of several threads, and each would
    keep some megabytes. Under Python's lock they hardly compete for one.
    """
    _set(M_ARENA_MAX, 1)


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
        ctypes.CDLL(None).malloc_trim(0)


def _set(option: int, value: int) -> None:
    """Does nothing with other C libraries, which have no such options."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(option, value)
