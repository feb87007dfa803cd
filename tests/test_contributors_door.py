"""What a contributor finds at the door is true: hooks, licence, types."""

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).resolve().parent.parent


def recipe(target: str) -> list[str]:
    """The commands of a target of the Makefile, as a shell in the project's folder would run them."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lines = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert lines is not None
    return [line.strip("\t@").replace("$(BIN)", ".venv/bin") for line in lines[1].splitlines()]


def test_the_hooks_are_the_commands_of_make_check() -> None:
    """In the same order, with the same arguments: a commit that passes the hooks passes `make check`."""
    hooks = re.findall(r"^ {8}entry: (.+)$", (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"), re.MULTILINE)
    assert hooks == recipe("check")


@pytest.fixture(scope="module")
def files(wheel: Path) -> Iterator[ZipFile]:
    """What `pip install modeldesk` would unpack."""
    with ZipFile(wheel) as opened:
        yield opened


def test_the_wheel_holds_what_it_should(files: ZipFile) -> None:
    """`py.typed`, so that type checkers of others read our annotations; templates, catalogues and the declaration that ships; the licence."""
    names = set(files.namelist())
    assert {"modeldesk/py.typed", "modeldesk/providers.json", "modeldesk/entrypoints/panel/templates/browse.html"} <= names
    assert any(name.endswith("panel.po") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_wheel_says_who_made_it_and_under_which_licence(files: ZipFile) -> None:
    """As an expression that programs read."""
    metadata = next(files.read(name).decode() for name in files.namelist() if name.endswith("METADATA"))
    assert "License-Expression: MIT" in metadata
    assert "Author: The Modeldesk authors" in metadata
    assert "Classifier: Typing :: Typed" in metadata


WALKS = re.findall(r"^### (.+): (\d+) files?\n((?:(?!^##).*\n)*)", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.mark.parametrize(("change", "figure", "text"), WALKS, ids=[walk[0] for walk in WALKS])
def test_a_change_is_walked_with_files_that_exist(change: str, figure: str, text: str) -> None:
    """As many as its heading says; a new one stands in a folder that is there, and is not there itself."""
    steps = re.findall(r"^\d+\. `([^`]+)`( \(new\))?[:,] ", text, re.MULTILINE)
    assert len(steps) == int(figure)
    for path, new in steps:
        assert (ROOT / path).is_file() != bool(new), path
    for path in re.findall(r"`((?:src|tests|docs)/[^`]+)`", text):
        assert (ROOT / path).exists() or path in {step for step, new in steps if new}, path


def test_the_changes_that_recur_are_walked() -> None:
    """With no more files than the architecture allows."""
    most = {"A provider class": 3, "A method of a port": 5, "A REST route": 5, "A page of the panel": 5, "A field of a provider": 5}
    assert {change: int(figure) for change, figure, _ in WALKS if change in most} == most
