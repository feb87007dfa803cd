"""A compiled catalogue outlives a process, and never the catalogue that it was made of."""

import subprocess
import sys
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

import pytest
from babel import UnknownLocaleError

from modeldesk.entrypoints.kept_files import KeptFiles
from modeldesk.entrypoints.panel import catalogue_files
from modeldesk.entrypoints.panel.catalogue_files import compiled_catalogue

PROGRAM = """
import babel.dates, babel.numbers, litestar.types, sys
sys.pycache_prefix = sys.argv[1]  # only now: earlier, the bytecode of every library would be compiled again
sys.dont_write_bytecode = False
from modeldesk.entrypoints.panel.languages import languages
print(*(language.gettext("Overview") for language in languages().all))
print("babel.messages" in sys.modules)
"""


def written(text: str) -> bytes:
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    return f'{head}\nmsgid "yes"\nmsgstr "{text}"\n'.encode()


def word(catalogue: bytes) -> str:
    return GNUTranslations(BytesIO(compiled_catalogue("fa", catalogue))).gettext("yes")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the module that keeps compiled catalogues."""
    module = tmp_path / "catalogue_files.py"
    module.write_text("made = 1", encoding="utf-8")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr(catalogue_files, "KEPT", KeptFiles(module, "babel"))
    return tmp_path / "__pycache__"


def test_a_catalogue_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next start reads what the one before kept."""
    assert word(written("بله")) == "بله"
    monkeypatch.setattr(catalogue_files, "_compiled", lambda *_: pytest.fail("it was kept"))
    assert word(written("بله")) == "بله"


def test_a_changed_catalogue_is_compiled_anew(folder: Path) -> None:
    """What was made of the other one is not its."""
    assert [word(written("بله")), word(written("آری"))] == ["بله", "آری"]


def test_a_language_that_nobody_knows_is_refused_at_once(folder: Path) -> None:
    """And not by every page: the first one reads what is known of each language."""
    for _ in range(2):
        with pytest.raises(UnknownLocaleError, match="tlh"):
            compiled_catalogue("tlh", written("HIja'"))


@pytest.mark.parametrize("left", [0, 10, -1])
def test_a_damaged_file_is_made_anew(folder: Path, left: int) -> None:
    """However much of it is left."""
    assert word(written("بله")) == "بله"
    (kept,) = folder.iterdir()
    kept.write_bytes(kept.read_bytes()[:left])
    assert word(written("بله")) == "بله"
    assert len(kept.read_bytes()) > 100


@pytest.mark.parametrize("left", [0, 10, -1, None])
def test_an_opened_catalogue_outlives_its_file(folder: Path, tmp_path: Path, left: int | None) -> None:
    """A language is read long after the start, when the file may be cut off, or gone."""
    file = tmp_path / "panel.po"
    file.write_bytes(written("بله"))
    opened = catalogue_files.opened_catalogue("fa", file)
    (kept,) = folder.iterdir()
    if left is None:
        kept.unlink()
        file.unlink()
    else:
        kept.write_bytes(kept.read_bytes()[:left])
    assert GNUTranslations(BytesIO(opened())).gettext("yes") == "بله"


def test_a_catalogue_that_cannot_be_kept_is_compiled_at_the_start(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No request waits for that."""
    file = tmp_path / "panel.po"
    file.write_bytes(written("بله"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    opened = catalogue_files.opened_catalogue("fa", file)
    monkeypatch.setattr(catalogue_files, "_compiled", lambda *_: pytest.fail("it was compiled"))
    assert GNUTranslations(BytesIO(opened())).gettext("yes") == "بله"


def test_a_start_that_finds_the_catalogues_imports_no_compiler(tmp_path: Path) -> None:
    """That is a tenth of Babel, and larger than the catalogues. The words are the same."""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(tmp_path)], env={}, capture_output=True, text=True, check=True
        ).stdout.splitlines()
        for _ in range(2)
    )
    assert first[0] == second[0]
    assert (first[1], second[1]) == ("True", "False")
