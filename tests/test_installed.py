"""What a user gets from the wheel, in an empty folder and without the checkout: the first hour, an upgrade, and what a base install lacks."""

import json
import re
import subprocess
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import frozen

from tests.support.installed import Installed, forked_commands, install
from tests.support.live_server import ready
from tests.support.older_desk import PASSWORD, TOKEN, make_older_home
from tests.support.ports import free_port
from tests.support.preloaded import ROOT

ACME = {
    "slug": "acme",
    "name": "Acme",
    "api_base_url": "https://api.acme.example/v1",
    "capabilities": {"chat": {"supported": True, "models": ["acme-1", "acme-2"]}},
}


@pytest.fixture(scope="module")
def base(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """A base install: no extra."""
    return install(wheel, tmp_path_factory.mktemp("installed") / "env")


@pytest.fixture(scope="module", params=["forked", pytest.param("fresh", marks=pytest.mark.nightly)])
def installed(request: pytest.FixtureRequest, base: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """The base install. A server is always a fresh process, a command only in `make nightly`."""
    if request.param == "fresh":
        yield base
    else:
        with forked_commands(base, tmp_path_factory.mktemp("commands")) as forked:
            yield forked


@frozen
class Served:
    """A server of the wheel: its address, and what it printed."""

    origin: str
    printed: Path

    def asked(self, path: str, body: object = None, **headers: str) -> Any:
        """The JSON of an answer, and its cookie as `cookie` where it sets one."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.origin + path, data, {"Content-Type": "application/json", **headers})
        with urllib.request.urlopen(request, timeout=30) as answer:
            assert answer.status == 200
            return json.load(answer) | {"cookie": (answer.headers["Set-Cookie"] or "").partition(";")[0]}


@contextmanager
def served(installed: Installed, folder: Path) -> Iterator[Served]:
    """`modeldesk serve` in this folder, until the end."""
    port, printed = free_port(), folder / "printed"
    with printed.open("wb") as file:
        serving = installed.start("serve", "--port", str(port), cwd=folder, stdout=file, stderr=subprocess.STDOUT)
    try:
        ready(f"http://127.0.0.1:{port}/health/ready", serving)
        yield Served(f"http://127.0.0.1:{port}", printed)
    finally:
        serving.terminate()
        assert serving.wait(timeout=30) == 0, printed.read_text(encoding="utf-8")


def test_the_first_hour(installed: Installed, tmp_path: Path) -> None:
    """From the first start to a product that gets its model, and a backup that brings all of it back."""

    def typed(*words: str, given: str = "") -> str:
        done = installed.run(*words, cwd=tmp_path, typed=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    with served(installed, tmp_path) as desk:
        printed = desk.printed.read_text(encoding="utf-8")
        assert "Imported 26 providers" in printed
        token = printed.partition("setup?token=")[2].split()[0]
        first = desk.asked("/api/admin/auth/setup/", {"token": token, "username": "sara", "password": PASSWORD})
        assert (first["username"], first["role"]) == ("sara", "super")
        assert desk.asked("/api/admin/auth/me/", Cookie=first["cookie"])["username"] == "sara"

        (tmp_path / "mine.json").write_text(json.dumps({"version": "1.0.0", "providers": [ACME]}), encoding="utf-8")
        assert "Created: Acme (acme)" in typed("import-providers", "--file", "mine.json")
        assert "sent only to https://api.acme.example" in typed("keys", "set", "acme", "--key-stdin", given="sk-first-0123456789\n")
        typed("models", "select", "acme", "chat", "acme-2")
        typed("uses", "set", "support-chat", "acme/chat")
        bearer = {"Authorization": f"Bearer {typed('tokens', 'create', 'shop', '--scope', 'resolve').strip()}"}
        resolved = desk.asked("/api/resolve/support-chat", **bearer)
        assert (resolved["provider"], resolved["model_id"], resolved["base_url"]) == ("acme", "acme-2", ACME["api_base_url"])

        typed("db", "backup", "desk.backup")
        typed("models", "deselect", "acme", "chat")
    typed("db", "restore", "desk.backup", "--keep-tokens", "--yes")
    assert json.loads(typed("resolve", "support-chat", "--format", "json"))["model_id"] == "acme-2"


def test_an_upgrade(installed: Installed, tmp_path: Path) -> None:
    """The first start over a desk of an older version: everything is there, can be used and can be changed."""
    make_older_home(tmp_path / ".modeldesk")
    with served(installed, tmp_path) as desk:
        printed = desk.printed.read_text(encoding="utf-8")
        assert "Imported" not in printed
        assert "setup?token=" not in printed
        assert desk.asked("/api/resolve/support-chat", Authorization=f"Bearer {TOKEN}")["model_id"] == "gpt-5"
        session = desk.asked("/api/admin/auth/login/", {"username": "sara", "password": PASSWORD})
        usable = desk.asked("/api/admin/ai-providers/openai/", Cookie=session["cookie"])["key"]
        assert (usable["shared"], usable["usable"]) == (True, True)
        assert "restored gpt-4o (was: gpt-5)" in installed.run("models", "rollback", "openai", "chat", cwd=tmp_path).stdout
        assert desk.asked("/api/resolve/support-chat", Authorization=f"Bearer {TOKEN}")["model_id"] == "gpt-4o"
    assert installed.run("db", "check", cwd=tmp_path).stdout == "the database has no problems\n"


@pytest.mark.parametrize(
    ("setting", "value", "package", "extra"),
    [
        ("MODELDESK_DATABASE_URL", "postgresql://desk@127.0.0.1/desk", "asyncpg", "postgresql"),
        ("MODELDESK_REDIS_URL", "redis://127.0.0.1:6379/0", "redis", "redis"),
    ],
)
def test_a_base_install_names_the_extra_that_a_setting_needs(
    installed: Installed, tmp_path: Path, setting: str, value: str, package: str, extra: str
) -> None:
    """In one line, before anything is made; all other commands work without it, as the first hour shows."""
    for words in (("serve", "--port", str(free_port())), ("overview",)):
        done = installed.run(*words, cwd=tmp_path, **{setting: value})
        assert (done.returncode, done.stdout) == (1, "")
        needs = f"{setting} needs the package {package}, which is not installed"
        assert done.stderr == f"Error: {needs}; install Modeldesk with its extra {extra}: docs/how-to/install.md\n"
    assert list(tmp_path.iterdir()) == []


def test_the_extras_bring_what_their_settings_need(wheel: Path, tmp_path: Path) -> None:
    """Then the server that is named is tried, and is not there."""
    whole = install(wheel, tmp_path / "env", "postgresql", "redis")
    done = whole.run("overview", cwd=tmp_path, MODELDESK_DATABASE_URL=f"postgresql://desk@127.0.0.1:{free_port()}/desk")
    assert done.returncode == 1
    assert "the database cannot be used" in done.stderr
    assert (whole.folder / "share" / "man" / "man1" / "modeldesk.1").is_file()
    assert whole.run("overview", cwd=tmp_path, MODELDESK_REDIS_URL="redis://127.0.0.1:1/0").returncode == 0


def test_the_page_installs_this_wheel_with_every_extra(wheel: Path) -> None:
    """By pip, uv and pipx alike."""
    page = (ROOT / "docs" / "how-to" / "install.md").read_text(encoding="utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    installed = re.findall(r"^(\S+) .*'\./(.+\.whl)\[(.+)\]'$", page, re.MULTILINE)
    assert installed == [(program, wheel.name, ",".join(extras)) for program in ("desk-env/bin/pip", "uv", "pipx")]
