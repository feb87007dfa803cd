"""Processes of one test that start together, forked from one that has imported their code: a fresh process takes half a second to start."""

import multiprocessing
from multiprocessing.context import ForkServerContext

PROGRAMS = ["tests.adapters.cache.test_redis_locks", "tests.adapters.secrets.test_master_key"]
"""The modules whose functions are run."""


def forked() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PROGRAMS)
    return context
