"""The borders between the packages hold: dependencies point inward, and the tool that says so really looks."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support import architecture_figures as figures

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]


def lint(folder: Path, config: Path) -> subprocess.CompletedProcess[str]:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    return subprocess.run([lint_imports, "--no-cache", "--config", config], cwd=folder, capture_output=True, text=True, check=False)


def test_the_import_contracts_hold() -> None:
    """Those of `pyproject.toml`, over the code as it stands."""
    done = lint(ROOT, ROOT / "pyproject.toml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_broken_border_would_be_told(tmp_path: Path) -> None:
    """A contract that forbids what the code does is broken: the tool reads our packages, and a typing mistake in a name would show."""
    config = tmp_path / ".importlinter"
    config.write_text(
        "[importlinter]\nroot_package = modeldesk\n\n[importlinter:contract:1]\nname = upside down\ntype = layers\n"
        "layers =\n    modeldesk.domain\n    modeldesk.adapters\n"
    )
    done = lint(tmp_path, config)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "upside down BROKEN" in done.stdout


@pytest.mark.parametrize("contract", CONTRACTS["contracts"], ids=lambda contract: contract["name"])
def test_a_contract_names_modules_that_exist(contract: dict[str, object]) -> None:
    """The tool is content with a module that nobody imports; a package that moved would be guarded no more."""
    named = [
        name for key in ("layers", "source_modules", "protected_modules", "allowed_importers", "modules") for name in contract.get(key, [])
    ]  # type: ignore[attr-defined]
    assert named
    for name in named:
        importlib.import_module(name)


@pytest.fixture(scope="module")
def violations() -> dict[str, list[str]]:
    """Of the source as it is: reading it takes a second."""
    return figures.violations()


@pytest.mark.parametrize("figure", figures.violations(Path("nowhere")))
def test_every_figure_is_within_its_limit(violations: dict[str, list[str]], figure: str) -> None:
    """No circle of files, types included; layers held; files, functions and constructors short enough."""
    assert violations[figure] == []


def test_no_test_file_is_too_long() -> None:
    """Those that several tests share included."""
    assert figures.long_test_files(ROOT / "tests") == []


def test_a_long_test_file_is_found(tmp_path: Path) -> None:
    """In whatever folder it stands; one at the limit is not too long."""
    written(tmp_path, api__test_long="\n" * 321, support__app="\n" * 320)
    assert figures.long_test_files(tmp_path) == ["api/test_long.py: 321 lines"]


def written(folder: Path, **files: str) -> Path:
    """A small source tree; `__` in a name stands for a folder."""
    for name, text in files.items():
        path = folder / (name.replace("__", "/") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.mark.parametrize(
    ("files", "figure", "where"),
    [
        (
            {
                "adapters__a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from modeldesk.adapters.b import B\n",
                "adapters__b": "def f():\n    from modeldesk.adapters import c\n",
                "adapters__c": "import modeldesk.adapters.a\n",
            },
            "circles of imports, types included",
            ["adapters.a <-> adapters.b <-> adapters.c"],
        ),
        (
            {"domain__ports__p": "from modeldesk.domain.services.s import S\n", "domain__services__s": "S = 1\n"},
            "imports against the layers, within the domain too",
            ["domain.ports.p imports domain.services.s"],
        ),
        (
            {"domain__model__m": "from modeldesk.adapters.a import A\n", "adapters__a": "A = 1\n"},
            "imports against the layers, within the domain too",
            ["domain.model.m imports adapters.a"],
        ),
        ({"adapters__a": "\n" * 321}, "files above 320 lines", ["adapters.a: 321 lines"]),
        ({"adapters__a": "async def f():\n" + "    1\n" * 45}, "functions above 45 lines", ["adapters.a.f: 46 lines"]),
        (
            {"adapters__a": "class A:\n    def __init__(self, a, b, c, d, *, e, f, g, h): ...\n"},
            "constructors above 7 parameters",
            ["adapters.a.A: 8 parameters"],
        ),
        (
            {"adapters__a": "@define(eq=False)\nclass A:\n" + "".join(f"    {letter}: int\n" for letter in "abcdefgh")},
            "constructors above 7 parameters",
            ["adapters.a.A: 8 parameters"],
        ),
        (
            {"domain__model__m": "from typing import TYPE_CHECKING\n"},
            "TYPE_CHECKING in the domain",
            ["domain.model.m:1"],
        ),
        (
            {"domain__model__m": "class A:\n    def f(self, b: list['B']) -> 'A': ...\n"},
            "quoted annotations in the domain",
            ["domain.model.m:2 'B'"],
        ),
    ],
)
def test_a_violation_is_found(tmp_path: Path, files: dict[str, str], figure: str, where: list[str]) -> None:
    """Each figure counts what it says, and nothing else is counted with it."""
    found = figures.violations(written(tmp_path, **files))
    assert {name: places for name, places in found.items() if places} == {figure: where}


def test_what_is_allowed_is_not_counted(tmp_path: Path) -> None:
    """Imports downward, a frozen value of many fields, a class that names itself in quotes, and a file at each limit."""
    files = {
        "domain__model__m": "@frozen\nclass A:\n"
        + "".join(f"    {letter}: int\n" for letter in "abcdefghij")
        + "    def f(self) -> 'A': ...\n",
        "domain__services__s": "from modeldesk.domain.model import m\n" + "\n" * 319,
        "entrypoints__e": "from modeldesk.domain.services.s import s\ndef f():\n" + "    1\n" * 44,
    }
    assert not any(figures.violations(written(tmp_path, **files)).values())
