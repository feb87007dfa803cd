"""`uv tool install` and `pipx install` of the wheel, as the page on installing says, with packages from the index. Nightly, since that takes a minute."""

import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import which

import pytest

from tests.support.live_server import ready
from tests.support.ports import free_port
from tests.support.preloaded import ROOT

PROGRAMS = ("uv", "pipx")
ASKS_THE_INDEX: Mapping[str, Sequence[str]] = {
    "uv": ("uv", "pip", "install", "--quiet", "--dry-run", "--target", "nowhere", "click"),
    "pipx": (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", "downloads", "click"),
}
"""Fails where the program's package index cannot be reached."""


def own_environment(folder: Path) -> dict[str, str]:
    """That of the machine, whose index it may name, with all folders of the tools below this one."""
    named = {name: str(folder / name.lower()) for name in ("UV_TOOL_DIR", "UV_TOOL_BIN_DIR", "PIPX_HOME", "PIPX_BIN_DIR", "PIPX_MAN_DIR")}
    machine = {name: value for name, value in os.environ.items() if not name.startswith(("MODELDESK_", "VIRTUAL_ENV"))}
    return {**machine, **named, "PATH": f"{named['UV_TOOL_BIN_DIR']}:{named['PIPX_BIN_DIR']}:{machine['PATH']}"}


def ran(words: Sequence[str], folder: Path, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {**own_environment(folder), **settings}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.nightly
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_page_gives_a_command_of_ones_own(program: str, wheel: Path, tmp_path: Path) -> None:
    """It knows its version and both extras, imports what ships, and serves; the manual page is there. Uninstalled, nothing of it is left."""
    if which(program) is None:
        pytest.skip(f"{program} is not on PATH")
    if (asked := ran(ASKS_THE_INDEX[program], tmp_path)).returncode != 0:
        pytest.skip(f"{program} reaches no package index: {asked.stderr.strip()[-200:]}")
    (tmp_path / wheel.name).symlink_to(wheel)
    page = (ROOT / "docs" / "how-to" / "install.md").read_text(encoding="utf-8")
    (line,) = re.findall(rf"^{program} .*\.whl\[.+\]'$", page, re.MULTILINE)
    installed = ran(["sh", "-ec", line], tmp_path)
    assert installed.returncode == 0, installed.stderr

    command = which("modeldesk", path=own_environment(tmp_path)["PATH"])
    assert command is not None
    assert Path(command).is_relative_to(tmp_path), "not the checkout's"
    assert wheel.name.split("-")[1] in ran([command, "version"], tmp_path).stdout
    assert "Imported 26 providers" in _served(command, tmp_path)
    for setting, url in (("DATABASE_URL", f"postgresql://desk@127.0.0.1:{free_port()}/desk"), ("REDIS_URL", "redis://127.0.0.1:1/0")):
        assert "which is not installed" not in ran([command, "overview"], tmp_path, **{f"MODELDESK_{setting}": url}).stderr
    assert list(tmp_path.rglob("man1/modeldesk.1"))

    removed = ran([program, *(["tool"] if program == "uv" else []), "uninstall", "modeldesk"], tmp_path)
    assert removed.returncode == 0, removed.stderr
    assert not Path(command).exists()


def _served(command: str, folder: Path) -> str:
    """What the server prints at its first start; it was ready and answered."""
    port, printed = free_port(), folder / "printed"
    with printed.open("wb") as file:
        words = [command, "serve", "--port", str(port)]
        serving = subprocess.Popen(words, cwd=folder, env=own_environment(folder), stdout=file, stderr=subprocess.STDOUT)
    try:
        ready(f"http://127.0.0.1:{port}/health/ready", serving)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/sign-in", timeout=30) as page:
            assert page.status == 200
    finally:
        serving.terminate()
        assert serving.wait(timeout=30) == 0
    return printed.read_text(encoding="utf-8")
