"""Metadata is kept in files beside Python's bytecode. A start reads little of them, and no fault of theirs loses anything."""

import gzip
import os
import sys
import tracemalloc
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from modeldesk.adapters.metadata import genai_prices, models_dev
from modeldesk.adapters.metadata.genai_prices import GenaiPrices
from modeldesk.adapters.metadata.layers import LayeredMetadata
from modeldesk.adapters.metadata.models_dev import shipped_catalogue
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.entrypoints.kept_files import KeptFiles

Read = Callable[[], object]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the files are kept."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    return tmp_path


def kept(folder: Path, name: str) -> Path:
    (found,) = folder.rglob(f"{name}.*.bin")
    return found


def of_catalogue() -> Read:
    """Opens it, and reads all of it when it is called."""
    catalogue = shipped_catalogue(KeptFiles)
    return lambda: (catalogue.observed_at, {vendor: dict(catalogue.models(vendor)) for vendor in ("groq", "openai", "mistral")})


def of_prices() -> Read:
    prices = GenaiPrices(KeptFiles)

    def read() -> object:
        layers = {vendor: prices.layer(vendor) for vendor in sorted(prices.vendors)}
        return prices.observed_at, {vendor: (dict(layer.models), dict(layer.aliases)) for vendor, layer in layers.items()}

    return read


SOURCES = pytest.mark.parametrize(
    ("opened", "module", "name"),
    [(of_catalogue, models_dev, "models-dev"), (of_prices, genai_prices, "genai-prices")],
    ids=["catalogue", "prices"],
)


def cut_off(file: Path) -> None:
    os.truncate(file, 100)


def emptied(file: Path) -> None:
    os.truncate(file, 0)


def overwritten(file: Path) -> None:
    """In its place, with as many bytes."""
    with file.open("r+b") as written:
        size = file.stat().st_size
        written.seek(size // 4)
        written.write(b"?" * (size // 2))


def removed(file: Path) -> None:
    file.unlink()


def replaced(file: Path) -> None:
    """By a file of another version."""
    file.with_name("new").write_bytes(b"?" * 5_000)
    file.with_name("new").replace(file)


FAULTS = pytest.mark.parametrize("fault", [cut_off, emptied, overwritten, removed, replaced])


@SOURCES
def test_the_next_start_reads_what_was_packed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, opened: Callable[[], Read], module: object, name: str
) -> None:
    """The same models as of the same day, as without the file. It reads nothing that ships."""
    first = opened()()
    monkeypatch.setattr(module, "_shipped", None)
    assert opened()() == first
    monkeypatch.undo()
    kept(folder, name).unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert opened()() == first


@SOURCES
@FAULTS
def test_what_happens_to_the_file_before_a_start_loses_nothing(
    folder: Path, opened: Callable[[], Read], module: object, name: str, fault: Callable[[Path], None]
) -> None:
    """It is made anew, and kept."""
    before = opened()()
    whole = kept(folder, name).read_bytes()
    fault(kept(folder, name))
    assert opened()() == before
    assert kept(folder, name).read_bytes() == whole


@SOURCES
@FAULTS
def test_what_happens_to_the_file_while_it_is_open_loses_nothing(
    folder: Path, opened: Callable[[], Read], module: object, name: str, fault: Callable[[Path], None]
) -> None:
    """Nor does it end the process."""
    read = opened()
    before = read()
    fault(kept(folder, name))
    assert read() == before


@SOURCES
def test_the_file_counts_for_one_version_of_what_packs_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, opened: Callable[[], Read], module: object, name: str
) -> None:
    """A block of another version would be misread."""
    opened()
    files = [Path(str(file)) for file in models_dev.MODULES]
    changed = folder / files[1].name
    changed.write_text("another version", encoding="utf-8")
    monkeypatch.setattr(module, "MODULES", (files[0], changed))
    monkeypatch.setattr(module, "_shipped", lambda: pytest.fail("made anew"))
    with pytest.raises(pytest.fail.Exception):
        opened()


def test_other_prices_are_packed_anew(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are a file of ours, whose version no library tells."""
    GenaiPrices(KeptFiles)
    other = folder / "prices.json.gz"
    other.write_bytes(gzip.compress(b'{"version": "2", "day": "2027-01-01", "vendors": {"acme": {"m": {"name": "M"}}}}'))
    monkeypatch.setattr(genai_prices, "SHIPPED", other)
    assert GenaiPrices(KeptFiles).vendors == {"acme"}


def test_a_file_that_is_damaged_after_another_version_was_installed_loses_what_it_held(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rather than read rows at places where the other version has other ones."""
    catalogue = shipped_catalogue(KeptFiles)
    monkeypatch.setattr(models_dev, "newest_entry", lambda _: None)  # the package is another one now
    emptied(kept(folder, "models-dev"))
    assert dict(catalogue.models("openai")) == {}


def test_parted_processes_read_the_same_file_at_the_same_time(folder: Path) -> None:
    """None of them moves a place at which another one reads."""
    read = of_catalogue()
    before = read()
    children = []
    for _ in range(2):
        child = os.fork()
        if not child:
            os._exit(0 if all(read() == before for _ in range(20)) else 1)
        children.append(child)
    assert all(read() == before for _ in range(20))
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]


def test_a_start_holds_neither_rows_nor_texts_of_a_catalogue(folder: Path) -> None:
    """Of 2.4 MB, a tenth: the names of vendors, where their rows are, and what was looked up."""

    def loaded() -> LayeredMetadata:
        found = LayeredMetadata(shipped_classes(), shipped=partial(shipped_catalogue, KeptFiles), prices=partial(GenaiPrices, KeptFiles))
        found.preload()
        return found

    loaded()
    tracemalloc.start()
    try:
        found = loaded()
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert held < sum(layer.size for layer in found.status()) / 8


def test_what_cannot_be_kept_is_compressed_in_memory(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fifth of what the file would hold."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert shipped_catalogue(KeptFiles).size < 500_000
    assert not list(folder.rglob("*.bin"))
