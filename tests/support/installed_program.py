"""Forks each command of an installed environment from a process that has imported it: starting takes longer than the command.

The interpreter of that environment runs it, as a file, and has none of the tests' modules. Each line that it reads describes a command; it answers
with the exit code.
"""

import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from pkgutil import walk_packages

from modeldesk.entrypoints import cli, container

__all__ = ["container"]


def import_commands() -> None:
    """Imports all modules that can be imported: a base install has no driver of PostgreSQL or Redis."""
    for module in walk_packages(cli.__path__, f"{cli.__name__}."):
        with suppress(ImportError):
            import_module(module.name)


def become(folder: str, environment: dict[str, str], files: list[str]) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, name in enumerate(files):
        os.dup2(os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY), number)


if __name__ == "__main__":
    import_commands()
    for line in sys.stdin:
        words, folder, environment, files = json.loads(line)
        if (child := os.fork()) == 0:
            become(folder, environment, files)
            cli.main(words)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
