"""The name of a process, by which it holds leases."""

import os

from modeldesk.entrypoints.this_process import ThisProcess, this_instance


def name_in_a_fork(process: ThisProcess) -> str:
    """The name that a process has which was forked from this one, after `process` was made."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.write(writing, process.name.encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as said:
        return said.read()


def test_no_two_processes_have_the_same_name() -> None:
    """Workers of one server hold each other's leases otherwise, since their application is made before they part."""
    process = this_instance()
    assert process.name == process.name
    assert len({process.name, name_in_a_fork(process), name_in_a_fork(process), this_instance().name}) == 4
