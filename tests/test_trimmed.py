"""What `deploy/trim.py` takes from an installation, and what it leaves: no process of Modeldesk misses anything."""

import re
import runpy
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path
from shutil import copytree

import pytest

from modeldesk.entrypoints.panel.languages import CATALOGUES
from tests.support.deploy_files import DEPLOY, text_of
from tests.support.preloaded import run_module

unread = runpy.run_path(str(DEPLOY / "trim.py"))["unread"]


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_sources_and_tests_of_packages_go(tmp_path: Path) -> None:
    """What was compiled from a source stays, and so does a package that is called after tests."""
    stay = {"fast/core.so", "fast/core.py", "fast/testing/y.py", "fast/x/tests/y.py", "tests_of/x.py"}
    go = {"fast/core.c", "fast/core.pyx", "fast/tests/test_core.py", "fast/_tests/x.py", "fast/testing/suite/test_x.py"}
    for name in stay | go:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    subprocess.run([sys.executable, DEPLOY / "trim.py", tmp_path, "en"], check=True)
    assert files(tmp_path) == stay


@pytest.mark.parametrize("code", ["fa", "pt_BR", "zh_Hant_TW"])
def test_the_languages_of_the_panel_stay(tmp_path: Path, code: str) -> None:
    """With those that they are built upon: Babel formats in them, and knows no other."""
    copytree(str(distribution("babel").locate_file("babel")), tmp_path / "babel")
    subprocess.run([sys.executable, DEPLOY / "trim.py", tmp_path, code], check=True)
    asked = f"""
import babel.dates, babel.numbers, datetime
print(babel.Locale.parse({code!r}))
babel.Locale.parse({code!r}).get_display_name()
babel.dates.format_timedelta(datetime.timedelta(minutes=-5), add_direction=True, locale={code!r})
babel.numbers.format_decimal(1234.5, locale={code!r}, numbering_system="default")
try:
    babel.Locale.parse("de")
except babel.UnknownLocaleError:
    print("no German")
"""
    environment = {"PYTHONPATH": str(tmp_path)}
    said = subprocess.run([sys.executable, "-c", asked], env=environment, check=True, capture_output=True, text=True).stdout
    assert said.split("\n")[:2] == [code, "no German"]


def test_nothing_else_of_our_packages_goes() -> None:
    """Of what is installed here."""
    packages = Path(str(distribution("babel").locate_file("")))
    gone = {path.relative_to(packages) for path in unread(packages, [folder.name for folder in CATALOGUES.iterdir() if folder.is_dir()])}
    assert {path.suffix for path in gone} <= {".c", ".cpp", ".pxd", ".pyx", ".dat", ""}
    assert not any(path.parts[0] in ("litestar", "modeldesk") for path in gone)


def test_what_is_uninstalled_is_imported_by_nothing() -> None:
    """Every module of Modeldesk is imported where those packages do not exist."""
    named = re.search(r"uninstall --yes (.+)$", text_of("install.sh"), re.MULTILINE)
    assert named is not None
    missing = named[1].split()
    assert missing == ["setuptools", "polyfactory", "faker"]
    done = run_module("tests.support.importing_program", *missing)
    assert (done.returncode, done.stderr) == (0, "")
