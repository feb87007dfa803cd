"""`modeldesk schema`: the JSON Schema of `providers.json`, for tools of others."""

import subprocess
import sys
from pathlib import Path

from tests.support.cli_folder import CLAUDE, SHIPPED, Folder
from tests.support.invalid_declarations import declared


def check(folder: Path, declaration: bytes) -> subprocess.CompletedProcess[str]:
    """What check-jsonschema, a tool with the regular expressions of ECMAScript, says to a declaration."""
    (folder / "declaration.json").write_bytes(declaration)
    command = [sys.executable, "-m", "check_jsonschema", "--schemafile", "schema.json", "declaration.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_the_schema_serves_the_tools_of_others(folder: Folder, tmp_path: Path) -> None:
    """The shipped file fits, a slip does not; printing creates no database."""
    (tmp_path / "schema.json").write_text(folder.type("schema").out, encoding="utf-8")
    assert not (folder.path / ".modeldesk").exists()
    good, bad = check(tmp_path, SHIPPED), check(tmp_path, declared({**CLAUDE, "capabilites": {}}))
    assert good.returncode == 0, good.stdout
    assert bad.returncode == 1
    assert "capabilites" in bad.stdout
