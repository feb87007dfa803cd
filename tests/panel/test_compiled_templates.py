"""The bytecode of templates outlives a process, and never the template, the module or the versions that it was made of."""

import os
import sys
import time
from pathlib import Path

import pytest
from jinja2 import DictLoader, Environment, FileSystemLoader
from jinja2.bccache import BytecodeCache

from modeldesk.entrypoints.kept_files import KeptFiles
from modeldesk.entrypoints.panel.compiled_templates import CompiledTemplates, compile_all
from modeldesk.entrypoints.panel.kept_templates import templates_to_compile


class CountingEnvironment(Environment):
    """Counts what it compiles."""

    compiled = 0

    def _generate(self, *given: object, **named: object) -> str:  # type: ignore[override] # passed on as it is
        self.compiled += 1
        return super()._generate(*given, **named)  # type: ignore[arg-type, misc]


@pytest.fixture(autouse=True)
def written_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment of the tests says of Python's own."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)


@pytest.fixture
def module(tmp_path: Path) -> Path:
    file = tmp_path / "pages.py"
    file.write_text("made = 1", encoding="utf-8")
    return file


def compiled_by_a_start(module: Path, text: str = "{{ 1 + 1 }} ok") -> int:
    """How many templates a process compiles that meets what others kept."""
    environment = CountingEnvironment(loader=DictLoader({"page": text}), bytecode_cache=CompiledTemplates(KeptFiles(module, "jinja2")))
    assert environment.get_template("page").render().startswith("2 ")
    return environment.compiled


def kept(module: Path) -> list[Path]:
    return sorted((module.parent / "__pycache__").glob("*"))


def test_the_next_start_compiles_nothing(module: Path) -> None:
    """It reads what the one before kept, beside Python's own bytecode."""
    assert [compiled_by_a_start(module), compiled_by_a_start(module)] == [1, 0]
    assert len(kept(module)) == 1


def test_a_start_compiles_what_is_not_kept_and_loads_nothing_else(module: Path, tmp_path: Path) -> None:
    """No request waits for a compilation, and no start for a page that nobody opens. A template that was saved since is compiled anew."""
    folder = tmp_path / "templates"
    folder.mkdir()
    for name in ("page.html", "other.html"):
        (folder / name).write_text(name, encoding="utf-8")

    def loaded_by_a_start() -> tuple[int, list[str]]:
        files = KeptFiles(module, "jinja2")
        environment = CountingEnvironment(loader=FileSystemLoader(folder), bytecode_cache=CompiledTemplates(files))
        compile_all(environment, templates_to_compile(files, folder))
        assert environment.cache is not None
        loaded = sorted(str(template.name) for template in environment.cache.values())
        assert environment.get_template("page.html").render() in ("page.html", "changed")
        return environment.compiled, loaded

    assert loaded_by_a_start() == (2, ["other.html", "page.html"])
    assert loaded_by_a_start() == (0, [])
    (folder / "page.html").write_text("changed", encoding="utf-8")
    later = time.time() + 10
    os.utime(folder / "page.html", (later, later))
    assert loaded_by_a_start() == (1, ["page.html"])


def test_another_language_of_the_same_process_compiles_nothing(module: Path) -> None:
    """Nor does it need the file."""
    cache: BytecodeCache = CompiledTemplates(KeptFiles(module, "jinja2"))
    environments = [CountingEnvironment(loader=DictLoader({"page": "one"}), bytecode_cache=cache) for _ in range(2)]
    for environment in environments:
        assert environment.get_template("page").render() == "one"
        for file in kept(module):
            file.unlink()
    assert [environment.compiled for environment in environments] == [1, 0]


@pytest.mark.parametrize("change", ["template", "module", "jinja", "damage", "emptiness"])
def test_what_it_was_made_of_changed(module: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """It is compiled anew, and kept anew."""
    assert compiled_by_a_start(module) == 1
    text = "{{ 1 + 1 }} ok"
    if change == "template":
        text = "{{ 3 - 1 }} ok"
    elif change == "module":
        module.write_text("made = 22", encoding="utf-8")
    elif change == "jinja":
        monkeypatch.setattr("modeldesk.entrypoints.kept_files.version", lambda _: "99")
    else:
        (file,) = kept(module)
        file.write_bytes(file.read_bytes()[: -10 if change == "damage" else 0])
    assert [compiled_by_a_start(module, text), compiled_by_a_start(module, text)] == [1, 0]


def test_nothing_is_written_where_python_writes_no_bytecode(module: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the setting, and by the rights of the folder."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert compiled_by_a_start(module) == 1
    assert kept(module) == []
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    (module.parent / "__pycache__").write_text("no folder", encoding="utf-8")
    assert [compiled_by_a_start(module), compiled_by_a_start(module)] == [1, 1]
