"""Commands and programs of the tests in processes of their own that have imported everything already, for tests in which its start is not the subject.

This needs Linux, and two private methods of `subprocess.Popen` (CPython 3.11 to 3.14 have them). Where one of them is missing, every command is a
fresh process: slower, and the same otherwise.
"""

import atexit
import ctypes
import json
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
MODELDESK = str(Path(sys.executable).with_name("modeldesk"))
PR_SET_CHILD_SUBREAPER = 36
STARTING = Lock()
CAN_FORK = sys.platform == "linux" and all(hasattr(subprocess.Popen, name) for name in ("_execute_child", "_close_pipe_fds"))


@cache
def _program() -> socket.socket:
    """The running `tests.support.preloaded_program` of this process."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        running = subprocess.Popen(
            [sys.executable, "-m", "tests.support.preloaded_program", str(theirs.fileno())],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )
    atexit.register(running.wait)
    atexit.register(ours.close)
    return ours


def _adopt_orphans(is_wanted: bool) -> None:
    """Whether processes whose parent ends become children of this one."""
    assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, int(is_wanted), 0, 0, 0) == 0


class _Forked(subprocess.Popen[Any]):
    """Takes its process from the running program; all else is as with any other child."""

    def _execute_child(  # type: ignore[override] # what follows the pipes makes no difference here
        self, args: Sequence[str], executable: object, preexec_fn: object, close_fds: object, pass_fds: object, cwd: Any, env: Any,
        startupinfo: object, creationflags: object, shell: object, p2cread: int, p2cwrite: int, c2pread: int, c2pwrite: int, errread: int,
        errwrite: int, restore_signals: object, gid: object, gids: object, uid: object, umask: object, start_new_session: bool, *_: object,
    ) -> None:  # fmt: skip
        self.args = args
        command = {
            "module": args[2] if args[1:2] == ["-m"] else "",
            "words": args[3:] if args[1:2] == ["-m"] else args[1:],
            "folder": str(cwd or Path.cwd()),
            "environment": dict(os.environ if env is None else env),
            "own_session": start_new_session,
        }
        given = [file if file != -1 else usual for usual, file in enumerate((p2cread, c2pwrite, errwrite))]
        self.pid = _forked(json.dumps(command).encode(), given)
        self._child_created = True
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]


def _forked(command: bytes, files: list[int]) -> int:
    """The id of a new process, whose parent is this one."""
    program = _program()
    with STARTING:
        _adopt_orphans(True)
        try:
            socket.send_fds(program, [command], files)
            answers = {program.recv(20), program.recv(20)}
        finally:
            _adopt_orphans(False)
    (pid,) = answers - {b"."}
    return int(pid)


def modeldesk(*words: str, folder: Path, env: Mapping[str, str] | None = None, **options: Any) -> "subprocess.Popen[Any]":
    """Starts a command in this folder. Where the system cannot hand on a process, it is a fresh one."""
    return _started([MODELDESK, *words], cwd=folder, env=env, **options)


def module(name: str, *words: str, **options: Any) -> "subprocess.Popen[Any]":
    """Starts a program of the tests, as `python -m` does."""
    return _started([sys.executable, "-m", name, *words], cwd=ROOT, **options)


def run_module(name: str, *words: str) -> "subprocess.CompletedProcess[str]":
    """Runs a program of the tests to its end."""
    with module(name, *words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        out, errors = running.communicate(timeout=60)
    return subprocess.CompletedProcess(running.args, running.returncode, out, errors)


def _started(words: Sequence[str], **options: Any) -> "subprocess.Popen[Any]":
    return (_Forked if CAN_FORK else subprocess.Popen)(words, **options)
