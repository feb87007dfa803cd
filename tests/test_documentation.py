"""What exists is documented: every command, option, setting, route and decision."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from dependency_injector import providers

ROOT = Path(__file__).resolve().parent.parent
GUIDE = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECURITY = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
DECISIONS = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))


def commands(group: click.Group, context: click.Context, *path: str) -> Iterator[tuple[str, ...]]:
    """Every command that can be typed, as its words."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, context, *path, name)
        else:
            yield (*path, name)


def test_every_command_stands_in_the_guide() -> None:
    """In the table of commands, by its own words: `models browse` under its group's row."""
    from modeldesk.entrypoints.cli import root

    table = GUIDE.partition("## Every command")[2].partition("## ")[0]
    rows = {row.split("|")[1].strip() for row in table.splitlines() if row.startswith("| `")}
    documented = set()
    for row in rows:
        words = re.findall(r"`([^`]+)`", row)
        group = words[0].partition(" ")[0] if " " in words[0] else ""
        documented |= {word if " " in word or not group else f"{group} {word}" for word in words}
    typed = {" ".join(words) for words in commands(root, click.Context(root))}
    assert typed == documented


def test_every_option_of_an_import_stands_in_the_guide() -> None:
    """The command with the most options is the one that people look up."""
    from modeldesk.entrypoints.cli import root

    command = root.get_command(click.Context(root), "import-providers")
    assert command is not None
    options = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
    assert options - {"--help"}
    assert {option for option in options if f"`{option}" not in GUIDE} == set()


def test_every_setting_stands_in_operations() -> None:
    """With the names that are read, and no others."""
    from modeldesk.entrypoints.settings import PREFIX, SETTINGS

    assert set(re.findall(r"^\| `(MODELDESK_\w+)`", OPERATIONS, re.MULTILINE)) == {PREFIX + name for name in SETTINGS}


def test_every_route_stands_in_the_guide() -> None:
    """By path and method, as the OpenAPI document names them."""
    from modeldesk.entrypoints.api.app import create_app
    from modeldesk.entrypoints.container import Container
    from modeldesk.entrypoints.settings import Settings

    paths = create_app(Container(settings=providers.Object(Settings(database_url="sqlite:////nowhere/desk.db")))).openapi_schema.paths or {}
    documented = set(re.findall(r"^\| `(/[^`]*?)/?` \| (GET|POST|PUT|PATCH|DELETE)", GUIDE, re.MULTILINE))
    found = {
        (path.removeprefix("/api/admin").rstrip("/"), method.upper())
        for path, item in paths.items()
        for method in ("get", "post", "put", "patch", "delete")
        if path.startswith("/api/admin") and getattr(item, method)
    }
    assert found == documented


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_what_it_must(path: Path) -> None:
    """Context, decision, consequences, what was rejected, and what holds it."""
    headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "Rejected", "Held by"]


def test_what_security_and_decisions_point_at_exists() -> None:
    """A named test file that is not there would be a promise without proof."""
    texts = [SECURITY, *(path.read_text(encoding="utf-8") for path in DECISIONS)]
    named = {name for text in texts for name in re.findall(r"`((?:tests|src|bench)/[\w./*-]+)(?:::\w+)?`", text)}
    assert named
    assert {name for name in named if not list(ROOT.glob(name.rstrip("/")))} == set()


def test_every_incident_is_replayed_or_excused() -> None:
    """All 39, in their order; a test that is named is there, and one whose name says its number stands at that number."""
    table = SECURITY.partition("## Incidents of others, replayed")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \| (.+) \|$", table, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 40))
    for number, _, here in rows:
        found = re.findall(r"`(tests/[\w./]+)(?:::(\w+))?`", here)
        assert found, f"incident {number} points at nothing"
        for path, name in found:
            assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), (number, path, name)
            assert "incident_" not in name or int(re.findall(r"incident_(\d+)", name)[0]) in {int(number), 19}
