"""The tutorial on provider classes, as written: its code is installed as a package, declared, and reads a served list."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from modeldesk.adapters.providers import registry
from modeldesk.domain.model.catalogue.vendor_list import Modality
from tests.support.installed_classes import forget_installed_classes
from tests.support.vendor_server import KEY, Asked, Served, fetched

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "tutorials" / "provider-class.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The page's package, as an installer leaves it: the module, and the metadata with its entry points."""
    [code], [project] = blocks("python"), blocks("toml")
    said = tomllib.loads(project)["project"]
    points = said["entry-points"][registry.GROUP]
    module = next(iter(points.values())).partition(":")[0]
    (tmp_path / f"{module}.py").write_text(code, encoding="utf-8")
    metadata = tmp_path / f"{said['name'].replace('-', '_')}-{said['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {said['name']}\nVersion: {said['version']}\n")
    lines = "\n".join(f"{name} = {value}" for name, value in points.items())
    (metadata / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{lines}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, module, raising=False)
    forget_installed_classes()
    yield tmp_path
    forget_installed_classes()


def test_the_class_takes_twenty_lines() -> None:
    """As the page says: without the blank ones and the docstrings."""
    [code] = blocks("python")
    written = [line for line in code.splitlines() if line.strip() and not line.strip().startswith('"""')]
    assert len(written) <= 20


async def test_the_written_class_reads_the_written_list(installed: Path) -> None:
    """Served at the path that the page names, with the key in the header: three models, one free, one without a price."""
    answer = blocks("json")[0]

    def catalogue(asked: Asked) -> Served:
        is_right = asked.target == "/v1/catalogue" and asked.headers["authorization"] == f"Bearer {KEY.reveal()}"
        return Served(answer.encode() if is_right else b"", 200 if is_right else 404)

    listed, _, _ = await fetched(catalogue, "AcmeProvider")
    large, free, beta = listed.models
    assert large.pricing is not None
    assert large.pricing.members == {"currency": "USD", "unit": "1M tokens", "prompt": "3.00", "completion": "15.00"}
    assert (large.name, large.inputs, large.outputs) == ("Acme Large", (Modality.TEXT, Modality.IMAGE), (Modality.TEXT,))
    assert free.pricing is not None
    assert free.pricing.is_free
    assert (beta.pricing, beta.outputs) == (None, (Modality.VECTOR,))


def test_the_written_declaration_is_imported(installed: Path) -> None:
    """By the command, in a process of its own in which the package is installed; without it the class is unknown."""
    declaration = blocks("json")[1]
    assert json.loads(declaration)["providers"][0]["provider_class"] == "AcmeProvider"
    (installed / "providers.json").write_text(declaration, encoding="utf-8")
    modeldesk = str(Path(sys.executable).with_name("modeldesk"))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MODELDESK_")}
    for path, code, said in ((str(installed), 0, "Created: Acme (acme)"), ("", 1, "unknown provider class 'AcmeProvider'")):
        done = subprocess.run(
            [modeldesk, "import-providers", "--dry-run"],
            cwd=installed,
            env={**environment, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert said in done.stdout + done.stderr


def test_the_reference_lists_the_classes_that_ship() -> None:
    """All of them, in the table's order, with the header of their key and what proves it, and a section that says where the list is."""
    from reference import provider_classes  # imports the tool of the documentation

    page = provider_classes.page()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("| [`")]
    shipped = registry.shipped_classes().classes
    assert [re.findall(r"`(\w+)`", row[0])[0] for row in rows] == [known.name for known in shipped]
    assert re.findall(r"^### `(\w+)`", page, re.MULTILINE) == [known.name for known in shipped]
    for row, known in zip(rows, shipped, strict=True):
        api = registry.vendor_api(known.name)
        section = page.partition(f"### `{known.name}`")[2].partition("\n###")[0]
        assert api.list_path.lstrip("/") in section
        assert row[3] == ("bearer token" if api.key_header.name == "Authorization" else f"`{api.key_header.name}`")
        assert ("optional" in row[4], "public" in row[4]) == (
            api.key_requirement.value == "optional",
            api.key_requirement.value == "public",
        )
        assert api.check_path is None or api.check_path in row[5]
