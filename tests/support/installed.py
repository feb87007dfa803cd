"""Modeldesk as its users have it: a wheel, installed into an environment of its own. Nothing is downloaded: its dependencies are linked from ours."""

import json
import os
import subprocess
import sys
import venv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path
from shutil import copytree, which
from typing import Any
from zipfile import Path as ZipPath

from attrs import evolve, frozen
from packaging.requirements import Requirement

from tests.support.preloaded import ROOT


def build_wheel(folder: Path) -> Path:
    """The wheel of the checkout."""
    folder.mkdir(parents=True, exist_ok=True)
    places = ["egg_info", "--egg-base", folder, "build", "--build-base", folder / "build", "bdist_wheel", "--dist-dir", folder / "dist"]
    subprocess.run([sys.executable, "setup.py", "--quiet", *places], cwd=ROOT, check=True, capture_output=True)
    return next((folder / "dist").glob("*.whl"))


@frozen
class ForkedCommands:
    """The running `tests.support.installed_program` of an environment."""

    program: "subprocess.Popen[str]"
    folder: Path

    def run(self, words: Sequence[str], cwd: Path, typed: str, settings: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
        given, out, errors = files = [self.folder / name for name in ("given", "out", "errors")]
        for file, text in zip(files, (typed, "", ""), strict=True):
            file.write_text(text, encoding="utf-8")
        assert self.program.stdin is not None
        assert self.program.stdout is not None
        self.program.stdin.write(json.dumps([words, str(cwd), dict(settings), [str(given), str(out), str(errors)]]) + "\n")
        self.program.stdin.flush()
        code = int(self.program.stdout.readline())
        return subprocess.CompletedProcess(words, code, out.read_text(encoding="utf-8"), errors.read_text(encoding="utf-8"))


@contextmanager
def forked_commands(installed: "Installed", folder: Path) -> Iterator["Installed"]:
    """The same environment; its commands are forked until the end of the block. `folder` is empty."""
    program = [installed.folder / "bin" / "python", "-P", ROOT / "tests" / "support" / "installed_program.py"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(program, cwd=folder, env=environment(), text=True, **pipes) as running:
        yield evolve(installed, forked=ForkedCommands(running, folder))
        assert running.stdin is not None
        running.stdin.close()
        assert running.wait(timeout=60) == 0


@frozen
class Installed:
    """An environment with the wheel. `folder` holds its `bin`."""

    folder: Path
    forked: ForkedCommands | None = None

    @property
    def command(self) -> Path:
        return self.folder / "bin" / "modeldesk"

    def run(self, *words: str | Path, cwd: Path, typed: str = "", **settings: str) -> "subprocess.CompletedProcess[str]":
        """One command in this folder, with these settings and no others."""
        if self.forked is not None:
            return self.forked.run([str(word) for word in words], cwd, typed, environment(**settings))
        return subprocess.run(
            [self.command, *words],
            cwd=cwd,
            env=environment(**settings),
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def start(self, *words: str, cwd: Path, **options: Any) -> "subprocess.Popen[Any]":
        return subprocess.Popen([self.command, *words], cwd=cwd, env=environment(), stdin=subprocess.DEVNULL, **options)


def environment(**settings: str) -> dict[str, str]:
    """That of a user who has set nothing else."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), "LANG": "C.UTF-8", **settings}


def install(wheel: Path, folder: Path, *extras: str) -> Installed:
    """Installs the wheel with these extras. It fails if one of its dependencies is not among those that they name."""
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    packages = Path(
        subprocess.run(
            [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], check=True, capture_output=True, text=True
        ).stdout.strip()
    )
    for needed in _needed(wheel, extras):
        for path in _top_level(needed):
            if path.suffix == ".dist-info":  # installers pass over a link
                copytree(path, packages / path.name, dirs_exist_ok=True)
            elif not (packages / path.name).exists():
                (packages / path.name).symlink_to(path)
    wanted = f"{wheel}[{','.join(extras)}]" if extras else str(wheel)
    done = subprocess.run([*_pip(python), "--no-index", "--quiet", wanted], capture_output=True, text=True, check=False, env=environment())
    assert done.returncode == 0, done.stderr
    return Installed(folder)


def _pip(python: Path) -> Sequence[str | Path]:
    """An installer that works on another environment: whichever made ours. uv takes a tenth of the time."""
    if (uv := which("uv")) is not None:
        return [uv, "pip", "install", "--python", python, "--offline"]
    return [sys.executable, "-m", "pip", "--python", python, "install", "--disable-pip-version-check", "--no-compile"]


def _needed(wheel: Path, extras: Sequence[str]) -> Iterator[Distribution]:
    """What the wheel depends on, directly or not."""
    itself = PathDistribution(next(path for path in ZipPath(wheel).iterdir() if path.name.endswith(".dist-info")))  # type: ignore[arg-type]
    seen, waiting = set[tuple[str, str]](), list(_required(itself, extras))
    while waiting:
        requirement = waiting.pop()
        key = requirement.name, ",".join(sorted(requirement.extras))
        if key not in seen:
            seen.add(key)
            found = distribution(requirement.name)
            yield found
            waiting += _required(found, requirement.extras)


def _required(found: Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    for requirement in map(Requirement, found.requires or ()):
        if requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            yield requirement


def _top_level(found: Distribution) -> set[Path]:
    """The files and folders of a distribution, as they stand in its folder of packages."""
    names = {file.parts[0] for file in found.files or () if file.parts[0] not in ("..", "__pycache__")}
    return {Path(str(found.locate_file(name))) for name in names}
