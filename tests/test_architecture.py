"""The borders between the rooms hold: dependencies point inward, and the tool that says so really looks."""

import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

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
    """The tool is content with a module that nobody imports; a room that moved would be guarded no more."""
    named = [
        name for key in ("layers", "source_modules", "protected_modules", "allowed_importers", "modules") for name in contract.get(key, [])
    ]  # type: ignore[attr-defined]
    assert named
    for name in named:
        importlib.import_module(name)
