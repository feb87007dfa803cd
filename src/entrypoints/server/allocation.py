"""The C library's allocator in the processes of a server."""

import ctypes
from contextlib import suppress

M_ARENA_MAX = -8
M_MMAP_THRESHOLD = -3
"""Options of `mallopt` in glibc's malloc.h."""

LARGE = 128 * 1024
"""Bytes: glibc's own first value."""


def share_one_arena() -> None:
    """Lets all threads allocate from one arena, in this process and those that are forked from it.

    glibc gives each thread an arena of its own, which keeps what it has freed: a long list is read in any of several threads, and each would
    keep some megabytes. Under Python's lock they hardly compete for one.
    """
    _set(M_ARENA_MAX, 1)


def return_large_blocks() -> None:
    """Lets the system have every large block back as soon as it is freed, in this process and those that are forked from it.

    glibc takes a large block from the system, until one was freed: from then on, blocks of that size come from the heap, which cannot shrink
    below what was allocated after them. Lists, answers and their texts are large blocks, and seldom made.
    """
    _set(M_MMAP_THRESHOLD, LARGE)


def _set(option: int, value: int) -> None:
    """Other C libraries have no such options."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(option, value)
