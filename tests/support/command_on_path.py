"""`modeldesk` for a shell: a program on PATH that hands its words and streams to a preloaded process, since a Tab in a shell starts one each time."""

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from tests.support.preloaded import modeldesk

PROGRAM = """#!{python} -ISs
import json, os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as asking:
    asking.connect({address!r})
    socket.send_fds(asking, [json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]).encode()], [0, 1, 2])
    sys.exit(int(asking.recv(20)))
"""


@contextmanager
def command_on_path() -> Iterator[str]:
    """A PATH that begins with a folder in which this program stands."""
    with TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening:
        address, program = f"{folder}/socket", Path(folder, "modeldesk")
        listening.bind(address)
        listening.listen()
        program.write_text(PROGRAM.format(python=sys.executable, address=address), encoding="utf-8")
        program.chmod(0o755)
        answering = Thread(target=_answer, args=[listening])
        answering.start()
        try:
            yield f"{folder}:{os.environ['PATH']}"
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            answering.join()


def _answer(listening: socket.socket) -> None:
    """Runs one command after the other, until nobody listens any more."""
    while True:
        try:
            asking, _ = listening.accept()
        except OSError:
            return
        with asking:
            message, files, _, _ = socket.recv_fds(asking, 2**20, 3)
            words, folder, environment = json.loads(message)
            given, out, errors = files
            with modeldesk(*words, folder=Path(folder), env=environment, stdin=given, stdout=out, stderr=errors) as running:
                for file in files:
                    os.close(file)
                asking.sendall(str(running.wait()).encode())
