"""What a command shows on a terminal of a given width."""

import io
import os
import re
import sys
from threading import Thread

import pytest

from modeldesk.entrypoints.cli import root

STYLE = re.compile("\x1b\\[[0-9;]*m")


def shown_at(width: int, *words: str) -> str:
    """Standard output of a command of this process, which stands at a terminal, with the codes of styles."""
    terminal, inner = os.openpty()
    parts = list[bytes]()
    reading = Thread(target=_collect, args=(terminal, parts))
    reading.start()
    try:
        with pytest.MonkeyPatch.context() as patch, os.fdopen(inner, "w", encoding="utf-8") as screen:
            for name in ("NO_COLOR", "FORCE_COLOR"):
                patch.delenv(name, raising=False)
            patch.setenv("COLUMNS", str(width))
            patch.setenv("TERM", "xterm")
            patch.setattr(sys, "stdout", screen)
            patch.setattr(sys, "stderr", io.StringIO())
            root.main(words, prog_name="modeldesk", standalone_mode=False)
    finally:
        reading.join()
        os.close(terminal)
    return b"".join(parts).decode().replace("\r\n", "\n")


def _collect(terminal: int, parts: list[bytes]) -> None:
    """Until nobody has the other side open any more."""
    try:
        while part := os.read(terminal, 65_536):
            parts.append(part)
    except OSError:
        return
