"""The end of a process that takes none of its objects apart: for one that has imported everything, this takes longer than most commands."""

import atexit
import os
import sys
from collections.abc import Callable


class QuickEnd:
    """Comes last of all that a process does at its exit: it must be made before anything else that wants to run there is imported."""

    def __init__(self) -> None:
        self._code: int | None = None
        atexit.register(self._end)

    def after(self, run: Callable[[], object]) -> None:
        """Runs it. What does not end with a number is left to the interpreter, and so is output that cannot be written."""
        try:
            run()
        except SystemExit as ended:
            if ended.code is None or isinstance(ended.code, int):
                self._code = ended.code or 0
            raise
        self._code = 0

    def _end(self) -> None:
        if self._code is None:
            return
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):
            return
        os._exit(self._code)
