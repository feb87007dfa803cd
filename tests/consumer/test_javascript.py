"""OpenFeature's clients for JavaScript, unchanged, ask a real server: the lines that the panel prints, and the provider for browsers.

They are there once `make javascript-clients` has installed them from their lock.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.entrypoints.panel.connection_examples import connection_examples
from modeldesk.entrypoints.settings import Settings
from tests.support.live_server import LiveServer
from tests.support.product_tokens import token_named

CLIENTS = Path(__file__).with_name("javascript")
MODULES = CLIENTS / "node_modules"

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="no node on PATH"),
    pytest.mark.skipif(not MODULES.is_dir(), reason="the clients are not installed: make javascript-clients"),
]


class Follower:
    """A program of somebody else's client that prints what it sees."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def next(self, step: str, **wanted: object) -> dict[str, Any]:
        """What it printed at the next such step."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            seen: dict[str, Any] = json.loads(line)
            if seen["step"] == step and wanted.items() <= seen.items():
                return seen
        raise AssertionError(f"the program ended before {step}: {self._process.wait()}")


@contextmanager
def following(server: LiveServer, token: str, *how: str) -> Iterator[Follower]:
    command = ["node", "follow.mjs", server.origin, token, *how]
    with subprocess.Popen(command, cwd=CLIENTS, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Follower(process)
        finally:
            process.kill()


def test_the_lines_of_the_panel_run_as_printed(server: LiveServer, token: str, tmp_path: Path) -> None:
    """With the address and the use of this server."""
    code = connection_examples(Settings(port=int(server.origin.rpartition(":")[2])), Snapshot()).code["JavaScript"]
    (tmp_path / "node_modules").symlink_to(MODULES)
    (tmp_path / "product.mjs").write_text(code, encoding="utf-8")
    done = subprocess.run(
        ["node", "product.mjs"], cwd=tmp_path, env={**os.environ, "DESK_TOKEN": token}, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.returncode) == ("acme/large\n", 0), done.stderr


def test_a_page_follows_the_event_stream(server: LiveServer) -> None:
    """Value, object, unknown flag; another model and an empty slot arrive without a question of the page's own."""
    with following(server, token_named("page", server), "sse") as page:
        ready = page.next("ready")
        assert ready == {
            "step": "ready",
            "value": "acme/large",
            "reason": "STATIC",
            "unknown": ["mine", "FLAG_NOT_FOUND"],
            "model": "large",
            "statuses": [200],
        }
        server.run("models", "select", "acme", "chat", "small")
        assert page.next("changed", value="acme/small")["model"] == "small"
        server.run("models", "deselect", "acme", "chat")
        empty = page.next("changed", value="mine")
        assert (empty["reason"], empty["model"]) == ("DISABLED", None)
        server.run("models", "select", "acme", "chat", "large")
        assert set(page.next("changed", value="acme/large")["statuses"]) <= {200, 304}


def test_a_page_that_polls(server: LiveServer) -> None:
    """304 while nothing changes; 429 with Retry-After where it asks without a pause."""
    with following(server, token_named("polling", server), "polling", "2") as page:
        assert page.next("answered", status=304)["retryAfter"] is None
        assert page.next("answered", status=429)["retryAfter"] == "1"
