"""The image is made and run: by a container engine where one answers, and its steps in a plain folder everywhere."""

import json
import os
import shlex
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from shutil import which
from typing import Any
from uuid import uuid4

import pytest
from attrs import frozen

from modeldesk.entrypoints.panel.kept_templates import TEMPLATES
from modeldesk.entrypoints.server.limits import EndLimits
from tests.support.deploy_files import DEPLOY, text_of

BASE = next(line for line in text_of("Containerfile").splitlines() if line.startswith("ARG PYTHON=")).partition("=")[2]
OPTIONS = "MODELDESK_TEST_BUILD_OPTIONS"
"""Names in the environment what the engine needs to reach an index of packages: `--secret id=pip,src=…`."""

NEEDLESS = "command -v pip pip3 cc gcc; find / -xdev -name 'test_*.py' -o -xdev -name 'pip*' -path '*-packages*' 2> /dev/null"
"""Prints what an image that runs has no use for."""


def build_with(engine: str, folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`build.sh` where this program stands for the engine and says what it was asked."""
    program = folder / engine
    program.write_text('#!/bin/sh\n[ "$1" = info ] || printf "%s\\n" "$@"\n', encoding="utf-8")
    program.chmod(0o700)
    for needed in ("sh", "sed", "dirname", "git"):
        if (found := which(needed)) is not None:
            (folder / needed).symlink_to(found)
    command = ["sh", DEPLOY / "build.sh", *arguments]
    return subprocess.run(command, env={"PATH": str(folder)}, capture_output=True, text=True, check=False)


def test_podman_keeps_the_health_check(tmp_path: Path) -> None:
    """Its own format of images has none; and it finds the list of what to ignore only when it is told."""
    asked = build_with("podman", tmp_path, "desk:1", "--secret", "id=pip,src=/x y").stdout.splitlines()
    assert asked[:5] == ["build", "--format", "docker", "--ignorefile", "deploy/Containerfile.dockerignore"]
    assert asked[-7:] == ["--secret", "id=pip,src=/x y", "--file", "deploy/Containerfile", "--tag", "desk:1", "."]


def test_docker_is_asked_for_what_it_knows(tmp_path: Path) -> None:
    """The version of the project names image and label, where nobody names another."""
    asked = build_with("docker", tmp_path).stdout.splitlines()
    assert not {"--format", "--ignorefile"} & set(asked)
    version = next(word.partition("=")[2] for word in asked if word.startswith("VERSION="))
    assert asked[asked.index("--tag") + 1] == f"modeldesk:{version}"


def test_without_an_engine_the_other_way_is_named(tmp_path: Path) -> None:
    done = build_with("somebody", tmp_path)
    assert done.returncode == 1
    assert "sh deploy/install.sh" in done.stderr


@pytest.mark.nightly
@pytest.mark.parametrize("steps", [["all"], ["packages", "desk"]], ids=["at once", "as the image"])
def test_the_steps_of_the_image_work_without_an_engine(tmp_path: Path, steps: list[str]) -> None:
    """Nothing in the folder may be written, installs anything, or changes when the program runs with a home elsewhere."""
    target, home, beside = tmp_path / "desk", tmp_path / "data", tmp_path / "installed"
    for step in steps:
        settings = {**os.environ, "PYTHON": sys.executable} | ({"DESTDIR": str(beside)} if step == "desk" else {})
        subprocess.run(["sh", DEPLOY / "install.sh", target, step], check=True, env=settings)
    if beside.exists():
        subprocess.run(["chmod", "-R", "u+w", target], check=True)
        subprocess.run(["cp", "-RP", "--preserve=timestamps", f"{beside}{target}/.", target], check=True)
        subprocess.run(["chmod", "-R", "a-w", target], check=True)
    for path in target.rglob("*"):
        assert path.is_symlink() or not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH), path
    for gone in ("bin/pip*", "**/site-packages/pip", "**/site-packages/setuptools", "**/site-packages/faker", "**/*.pyx"):
        assert not list(target.glob(gone)), gone
    assert len(list(target.rglob("template-*.bin"))) == len(list(TEMPLATES.iterdir()))

    before = {path: path.lstat().st_mtime_ns for path in target.rglob("*")}
    home.mkdir(mode=0o700)
    settings = {"PATH": os.environ["PATH"], "MODELDESK_HOME": str(home / "home")}

    def modeldesk(*arguments: str) -> str:
        return subprocess.run(
            [target / "bin" / "modeldesk", *arguments], cwd=home, env=settings, check=True, capture_output=True, text=True
        ).stdout

    assert "Created: 26" in modeldesk("import-providers")
    modeldesk("models", "select", "anthropic", "chat", "claude-opus-5")
    assert "claude-opus-5" in modeldesk("overview", "--format", "json")
    assert {path: path.lstat().st_mtime_ns for path in target.rglob("*")} == before
    assert stat.S_IMODE((home / "home").stat().st_mode) == 0o700


@frozen
class Engine:
    """podman or docker, with the image of this checkout."""

    program: str
    image: str

    def ask(self, *words: str, typed: str = "", check: bool = True) -> "subprocess.CompletedProcess[str]":
        done = subprocess.run([self.program, *words], input=typed, capture_output=True, text=True, check=False, timeout=900)
        assert done.returncode == 0 or not check, done.stdout + done.stderr
        return done

    def config(self) -> dict[str, Any]:
        """What the image says of itself."""
        found: dict[str, Any] = json.loads(self.ask("image", "inspect", self.image).stdout)[0]
        return {**found["Config"], "Healthcheck": found.get("Healthcheck") or found["Config"].get("Healthcheck")}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Builds the image once, as an operator does."""
    program = next(
        (
            name
            for name in ("podman", "docker")
            if which(name) and subprocess.run([name, "info"], capture_output=True, check=False).returncode == 0
        ),
        None,
    )
    if program is None:
        pytest.skip("no container engine answers")
    # Over an engine that has Python's image, or can fetch it.
    had = [["image", "inspect", BASE], ["pull", BASE]]
    if all(subprocess.run([program, *words], capture_output=True, check=False, timeout=300).returncode for words in had):
        pytest.skip(f"{BASE} is not here, and cannot be had")
    made = Engine(program, f"localhost/modeldesk-test:{uuid4().hex[:8]}")
    options = shlex.split(os.environ.get(OPTIONS, ""))
    done = subprocess.run(["sh", DEPLOY / "build.sh", made.image, *options], capture_output=True, text=True, check=False, timeout=900)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    yield made
    made.ask("image", "rm", made.image, check=False)


@pytest.mark.nightly
def test_the_image_says_what_it_is_and_how_it_is_checked(engine: Engine) -> None:
    config = engine.config()
    assert config["User"] == "10001:10001"
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert {"title", "version", "revision", "licenses"} <= {label.rpartition(".")[2] for label in config["Labels"]}
    assert config["Labels"]["org.opencontainers.image.version"]


@pytest.mark.nightly
def test_the_image_runs_confined_and_keeps_its_data(engine: Engine) -> None:
    """As a user who is not root, over a read-only root: it gets healthy, is restarted, and ends in time when it is asked to."""
    name = f"modeldesk-test-{uuid4().hex[:8]}"
    confined = ["--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--volume", f"{name}:/data"]
    check = engine.config()["Healthcheck"]["Test"][1:]

    def inside(*words: str, typed: str = "", check: bool = True) -> str:
        return engine.ask("exec", "--interactive", name, *words, typed=typed, check=check).stdout

    def wait_until_healthy() -> None:
        end = time.monotonic() + 60
        while engine.ask("exec", name, *check, check=False).returncode:
            assert time.monotonic() < end, engine.ask("logs", name).stderr
            time.sleep(0.2)

    try:
        engine.ask("run", "--detach", "--name", name, *confined, engine.image)
        wait_until_healthy()
        assert inside("id", "-u").strip() == "10001"
        assert inside("sh", "-c", "touch /opt/modeldesk/x /x 2> /dev/null || echo refused").strip() == "refused"
        assert inside("sh", "-c", NEEDLESS, check=False) == ""
        assert int(inside("du", "-sm", "/opt/modeldesk").split()[0]) < 180
        inside("modeldesk", "admin", "create", "sara", "--password-stdin", typed="correct horse battery\n")
        inside("modeldesk", "models", "select", "anthropic", "chat", "claude-opus-5")
        engine.ask("restart", "--time", str(int(EndLimits().killed) + 5), name)
        wait_until_healthy()
        assert "claude-opus-5" in inside("modeldesk", "overview", "--format", "json")
        assert "sara" in inside("modeldesk", "admin", "list")
        engine.ask("stop", "--time", str(int(EndLimits().killed) + 5), name)
        assert json.loads(engine.ask("inspect", name).stdout)[0]["State"]["ExitCode"] == 0
    finally:
        engine.ask("rm", "--force", name, check=False)
        engine.ask("volume", "rm", name, check=False)
