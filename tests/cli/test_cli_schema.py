"""`modeldesk schema`: the JSON Schema of `providers.json`, for tools of others."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from click.testing import CliRunner, Result

from tests.adapters.declaration.test_schema import BEYOND, FULL, NOT_JSON, places, refusal, variants
from tests.support.cli_folder import CLAUDE, SHIPPED, Folder
from tests.support.counts import some
from tests.support.invalid_declarations import BAD_DECLARATIONS, declared


def check(*options: str) -> Result:
    """The output of check-jsonschema, which has the regular expressions of ECMAScript, for files of the current folder."""
    from check_jsonschema import main

    return CliRunner().invoke(main, ["--schemafile", "schema.json", *options])


def test_the_schema_serves_the_tools_of_others(folder: Folder, tmp_path: Path) -> None:
    """The shipped file fits, a slip does not; printing creates no database."""
    (tmp_path / "schema.json").write_text(folder.type("schema").out, encoding="utf-8")
    assert not (folder.path / ".modeldesk").exists()
    (tmp_path / "good.json").write_bytes(SHIPPED)
    (tmp_path / "bad.json").write_bytes(declared({**CLAUDE, "capabilites": {}}))
    good, bad = check("good.json"), check("bad.json")
    assert good.exit_code == 0, good.stdout
    assert bad.exit_code == 1
    assert "capabilites" in bad.stdout


def corpus() -> Iterator[bytes]:
    """Good declarations and bad ones: those of the tests, and the full one with another value, without one, or with a key too many."""
    yield from (SHIPPED, declared(), declared(CLAUDE), json.dumps(FULL).encode())
    yield from (data for name, (data, _) in BAD_DECLARATIONS.items() if name not in NOT_JSON)
    changed = [made for path in places(FULL) for made in variants(path)]
    yield from (json.dumps(made()).encode() for made in some(changed, 150, "check-jsonschema"))


def refused_files(folder: Path) -> set[str]:
    """The files that check-jsonschema refuses."""
    names = sorted(file.name for file in folder.glob("declaration-*.json"))
    said = check("-o", "json", *names)
    assert said.stdout, said.stderr
    report = json.loads(said.stdout)
    assert report["parse_errors"] == []
    return {error["filename"] for error in report["errors"]}


def test_the_tool_of_others_agrees_with_the_importer(folder: Folder, tmp_path: Path) -> None:
    """Over a corpus of good and bad declarations: both accept or both refuse, unless every fault is beyond a schema."""
    (tmp_path / "schema.json").write_text(folder.type("schema").out, encoding="utf-8")
    documents = {f"declaration-{number:04}.json": data for number, data in enumerate(corpus())}
    for name, data in documents.items():
        (tmp_path / name).write_bytes(data)
    by_tool, counted, disagreements = refused_files(tmp_path), Counter[str](), list[str]()
    for name, data in documents.items():
        codes = refusal(data)
        agrees = (name in by_tool) == bool(codes)
        is_beyond = bool(codes) and codes <= BEYOND
        counted["agree" if agrees else "beyond a schema" if is_beyond else "disagree"] += 1
        if not agrees and not is_beyond:
            disagreements.append(f"{data[:300]!r}: {codes or 'accepted by the importer'}")
    print(json.dumps({"name": "check-jsonschema and the importer", "documents": len(documents), **counted}))
    assert disagreements == []
    assert counted["agree"] > len(documents) * 0.9
