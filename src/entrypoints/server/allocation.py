"""The C library's allocator in the processes of a server."""

import ctypes
from contextlib import suppress

M_ARENA_MAX = -8
"""An option of `mallopt` in glibc's malloc.h."""


def share_one_arena() -> None:
    """Lets all threads allocate from one arena, in this process and those that are forked from it.

    glibc gives each thread an arena of its own, which keeps what it has freed: a long list is read in any of several threads, and each would
    keep some megabytes. Under Python's lock they hardly compete for one. Other C libraries have no such option.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
