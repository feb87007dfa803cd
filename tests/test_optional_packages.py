"""What a server imports: only packages that the program needs, also where the tools of developers are installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from modeldesk.entrypoints.optional_packages import hidden

PROGRAM = """
import sys
from modeldesk.entrypoints.server import worker
from modeldesk.entrypoints.server.serving import application
from modeldesk.entrypoints.settings import load_settings
application(load_settings({}))
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
WORKER = """
import asyncio, sys
from modeldesk.entrypoints.cli.running import open_container, run_creating
from modeldesk.entrypoints.cli.serving import opened
from modeldesk.entrypoints.server import worker
from modeldesk.entrypoints.server.serving import application
from modeldesk.entrypoints.settings import load_settings
snapshot, _ = run_creating(opened, open_container())
made = application(load_settings(), snapshot.providers)
before = set(sys.modules)

async def start():
    async with made.lifespan():
        await asyncio.sleep(0)

asyncio.run(start())
print("new:", *sorted(set(sys.modules) - before))
"""
OF_COMMANDS = {"rich", "pygments", "alembic", "mako"}
OF_DEVELOPERS = {
    "werkzeug",
    "pydantic",
    "pydantic_core",
    "flask",
    "starlette",
    "fastapi",
    "pytest",
    "hypothesis",
    "openai",
    "playwright",
}


def test_a_server_imports_no_tool_of_developers_or_commands(tmp_path: Path) -> None:
    """Libraries integrate with whatever is installed; that would cost each worker time and memory."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60)
    assert (OF_DEVELOPERS | OF_COMMANDS) & set(done.stdout.split()) == set()


def test_workers_import_nothing_when_they_start(tmp_path: Path) -> None:
    """All that they need is loaded before they part, and is in memory once."""
    done = subprocess.run(
        [sys.executable, "-c", WORKER],
        cwd=tmp_path,
        env={"MODELDESK_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines()[-1].split() == ["new:"]


def test_a_hidden_package_is_not_installed_inside_and_is_there_again_outside() -> None:
    """What was imported before stays as it is."""
    finders = list(sys.meta_path)
    __import__("xml")
    sys.modules.pop("xml.dom.pulldom", None)
    with hidden("xml", "this"):
        assert __import__("xml.dom.pulldom") is sys.modules["xml"], "with all of its parts"
        with pytest.raises(ModuleNotFoundError) as missing:
            __import__("this")
    assert missing.value.name == "this"
    assert sys.meta_path == finders
