"""`modeldesk export`: what it writes imports back to `unchanged` for every provider."""

import json
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli_folder import CLAUDE, COHERE, MODELDESK, SHIPPED, Folder

OPERATOR_FLAGS = {"is_active", "allow_personal_keys", "allow_shared_for_normal_admins"}
EVERYTHING: dict[str, Any] = {
    "slug": "everything",
    "name": "Everything — همه\u200cچیز",
    "description": 'one\n\ttwo "quoted" \\ 🚀',
    "provider_class": "OpenAICompatibleProvider",
    "api_base_url": "",
    "capabilities": {
        "chat": {
            "supported": True,
            "models": [{"id": "a", "pricing": {"prompt": "0.075", "completion": None}, "is_free": False}, "b/c:free"],
        },
        "video": {"supported": True, "has_dynamic_models": True, "models": ["kept"]},
        "image": {"supported": False, "description": "no"},
    },
    "config": {"timeout": 0.5, "max_retry": 0, "region": {"eu": [1, 2.5, None, True]}},
    "pricing_info": {"minimum_credit": 2.5, "note": "x"},
    "sort_order": -3,
    "is_active": False,
    "allow_personal_keys": False,
    "allow_shared_for_normal_admins": True,
    "is_recommended": True,
}


@pytest.mark.parametrize(
    "declaration", [SHIPPED, json.dumps({"version": "1.0.0", "providers": [CLAUDE, COHERE, EVERYTHING]}).encode()], ids=["shipped", "odd"]
)
def test_an_export_imports_back_to_unchanged(empty_desk: Folder, declaration: bytes) -> None:
    """Over the same desk for every provider; into an empty one it makes a desk with the same export."""
    empty_desk.write("providers.json", declaration)
    empty_desk.type("import-providers")
    written = empty_desk.type("export").out
    back = empty_desk.type("import-providers", "--file", "-", "--force", "--prune", "--format", "json", typed=written).json
    assert len(back["unchanged"]) == len(json.loads(written)["providers"]) > 0
    assert back["created"] == back["updated"] == back["deactivated"] == []
    empty_desk.database.unlink()
    empty_desk.type("import-providers", "--file", "-", typed=written)
    assert empty_desk.type("export").out == written


def test_every_field_is_named(desk: Folder) -> None:
    """The operator's flags too: what they are here is meant to be so there. Persian and emoji stand as they are."""
    desk.declare({**CLAUDE, "description": "بهترین 🚀"})
    desk.type("import-providers", "--force")
    desk.type("providers", "disable", "anthropic")
    written = desk.type("export").out
    first = json.loads(written)["providers"][0]
    assert set(first) == set(desk.provider("anthropic")) - {"key", "version", "owners"}, "keys, versions and owners stay where they are"
    assert set(first) >= OPERATOR_FLAGS
    assert first["is_active"] is False
    assert "بهترین 🚀" in written


def test_nothing_else_is_on_standard_output(folder: Folder) -> None:
    """One JSON document, also where there is no database, which is said on standard error."""
    printed = folder.type("export")
    assert printed.json == {"version": "1.0.0", "providers": []}
    assert len(printed.errors) == 1
    assert folder.type("export", "--output", "-").out == printed.out


def test_an_export_into_a_file(desk: Folder) -> None:
    """The same bytes, nothing on standard output, nothing left beside it; a file that was there is replaced and keeps its rights."""
    written = desk.type("export").out
    target = desk.write("kept.json", "older")
    target.chmod(0o640)
    assert desk.type("export", "--output", "kept.json") == desk.type("export", "--output", str(desk.path / "new.json"))
    assert desk.type("export", "--output", "new.json").out == ""
    assert target.read_text() == (desk.path / "new.json").read_text() == written
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    assert sorted(path.name for path in desk.path.iterdir()) == [".modeldesk", "kept.json", "new.json", "providers.json"]


def test_an_export_through_a_link(desk: Folder) -> None:
    """The file behind the link is written; the link stays one."""
    real = desk.write("real/kept.json", "older")
    (desk.path / "link.json").symlink_to(real)
    desk.type("export", "--output", "link.json")
    assert (desk.path / "link.json").is_symlink()
    assert real.read_text() == desk.type("export").out


def make_folder(path: Path) -> None:
    (path / "target").mkdir()


def make_file_as_parent(path: Path) -> None:
    (path / "parent").write_text("x")


@pytest.mark.parametrize(
    ("made", "target", "reason"),
    [
        (make_folder, "target", "this is a folder, not a file"),
        (None, "nosuch/x.json", "there is no folder nosuch"),
        (make_file_as_parent, "parent/x", "there is no folder parent"),
    ],
)
def test_a_file_that_cannot_be_written_is_told(desk: Folder, made: Callable[[Path], None] | None, target: str, reason: str) -> None:
    """By its name, and nothing is left behind."""
    if made:
        made(desk.path)
    assert desk.refused("export", "--output", target) == [f"Error: cannot write {target}: {reason}"]


def test_an_export_that_does_not_fit_leaves_the_older_file(desk: Folder) -> None:
    """Written whole or not at all: where the disk takes no more, what was there stands, and no half of a new one beside it."""
    desk.declare(*({"slug": f"p{number}", "name": "x" * 2_000} for number in range(300)))
    desk.type("import-providers")
    desk.write("kept.json", "older")
    before = desk.state()
    limited = f"ulimit -f 200; exec '{MODELDESK}' export --output kept.json"
    done = subprocess.run(["sh", "-c", limited], cwd=desk.path, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "Error: cannot write kept.json: File too large\n")
    assert (desk.path / "kept.json").read_text() == "older"
    assert desk.state() == before


def test_an_export_into_a_pipe(desk: Folder) -> None:
    """What is no file is written to, not replaced."""
    os.mkfifo(desk.path / "pipe")
    reader = os.open(desk.path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    try:
        desk.type("export", "--output", "pipe")
        assert os.read(reader, 1_000_000).decode() == desk.type("export").out
    finally:
        os.close(reader)
    assert (desk.path / "pipe").is_fifo()
