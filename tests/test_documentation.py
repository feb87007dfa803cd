"""What exists is documented: every command, option, setting, route, error code, audit action and decision; and what is documented exists."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from modeldesk.domain.model.audit import Action
from modeldesk.entrypoints.metrics.families import FAMILIES
from modeldesk.entrypoints.metrics.openmetrics import SUFFIXES
from reference import PAGES, command_line, decisions, rest_api

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SECURITY = (DOCS / "explanation" / "security.md").read_text(encoding="utf-8")
INCIDENTS = (DOCS / "explanation" / "incidents.md").read_text(encoding="utf-8")
DECISIONS = sorted((DOCS / "adr").glob("[0-9]*.md"))
WRITTEN = sorted(file for file in DOCS.rglob("*.md") if "generated" not in file.parts)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The generated pages, as `make docs` writes them."""
    return {name: make() for name, make in PAGES.items()}


def rows(page: str) -> list[list[str]]:
    """The cells of every row of every table."""
    found = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in page.splitlines() if line.startswith("| ")]
    return [row for row in found if set(row[0]) != {"-"}]


def commands(group: click.Group, context: click.Context, *path: str) -> Iterator[tuple[str, click.Command]]:
    """Every command that can be typed, by its words."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, context, *path, name)
        else:
            yield " ".join((*path, name)), command


def test_every_command_is_documented_with_every_option(pages: dict[str, str]) -> None:
    """A section each, in which each option has a row with its meaning."""
    from modeldesk.entrypoints.cli import root

    sections = dict(re.findall(r"^## `(.+)`\n((?:(?!## ).*\n)*)", pages["commands"], re.MULTILINE))
    known = dict(commands(root, click.Context(root)))
    assert list(sections) == list(known)
    for name, command in known.items():
        written = {row[0].strip("`").split(" ")[0].rstrip(","): row[1] for row in rows(sections[name])[1:]}
        options = {parameter.opts[0] for parameter in command.params if isinstance(parameter, click.Option)}
        assert set(written) == options, name
        assert all(written.values()), f"{name}: an option without help"
        assert command.help, name


def test_every_option_of_an_import_stands_in_its_guide() -> None:
    """The command with the most options is the one that people look up."""
    from modeldesk.entrypoints.cli import root

    command = root.get_command(click.Context(root), "import-providers")
    assert command is not None
    guide = (DOCS / "how-to" / "import-providers.md").read_text(encoding="utf-8")
    options = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
    assert options - {"--help"}
    assert {option for option in options if f"`{option}" not in guide} == set()


def test_every_setting_is_documented(pages: dict[str, str]) -> None:
    """With the names that are read, each with its default and its meaning, and no others."""
    from modeldesk.entrypoints.setting_sources import PREFIX, SETTINGS

    written = {row[0].strip("`"): row[1:] for row in rows(pages["settings"])[1:]}
    assert set(written) == {PREFIX + name for name in SETTINGS}
    assert all(default and meaning for default, meaning in written.values())


def test_no_page_names_a_setting_that_is_not_read() -> None:
    """A setting that was renamed would live on in prose."""
    from modeldesk.entrypoints.setting_sources import PREFIX, SETTINGS

    named = {name for file in [*WRITTEN, ROOT / "README.md"] for name in re.findall(rf"\b{PREFIX}\w+", file.read_text(encoding="utf-8"))}
    assert named - {"MODELDESK_COMPLETE"} <= {PREFIX + name for name in SETTINGS}


def test_every_field_of_a_provider_is_documented() -> None:
    """In the table of the declaration, by its name."""
    from modeldesk.domain.model.providers.provider import PROVIDER_FIELDS

    page = (DOCS / "reference" / "providers-json.md").read_text(encoding="utf-8")
    table = {name for row in rows(page) for name in re.findall(r"`(\w+)`", row[0])}
    assert set(PROVIDER_FIELDS) <= table


def test_every_route_is_documented(pages: dict[str, str]) -> None:
    """By method and path, as the application serves them."""
    served = {
        (method.upper(), path) for path, item in rest_api.document()["paths"].items() for method in rest_api.METHODS if method in item
    }
    written = re.findall(r"^### ([A-Z]+) `(.+)`", pages["rest-api"], re.MULTILINE)
    assert len(written) == len(set(written))
    assert set(written) == served


def test_every_route_says_who_may_call_it(pages: dict[str, str]) -> None:
    """By the right that it declares, in words: three of them, and each operation once."""
    said = dict(re.findall(r"^Operation id: `(\w+)`\. Allowed for: (.+)\.$", pages["rest-api"], re.MULTILINE))
    assert len(said) == len(re.findall(r"^### ", pages["rest-api"], re.MULTILINE))
    assert said["select_model"] == "all admins; tokens with the scope `select`"
    assert said["create_token"] == "super admins; no tokens"
    assert said["login"] == said["live"] == "everybody, without signing in"


def test_every_warning_of_the_overview_is_explained() -> None:
    """Where people look when something fails, each by its code."""
    source = (ROOT / "src" / "domain" / "services" / "alerts.py").read_text(encoding="utf-8")
    page = (DOCS / "how-to" / "troubleshoot.md").read_text(encoding="utf-8")
    codes = set(re.findall(r'(?:Alert\(|yield |yield \(\s+)"([a-z]+(?:-[a-z]+)+)"', source))
    assert len(codes) == 8
    explained = {code for row in rows(page) if "warning" in row[0] for code in re.findall(r"`([a-z-]+)`", row[0])}
    assert explained == codes


def test_every_action_of_the_audit_trail_is_documented(pages: dict[str, str]) -> None:
    """With its subject, and when it is written."""
    written = {row[0].strip("`"): row[1:] for row in rows(pages["audit-events"])[1:]}
    assert set(written) == {action.value for action in Action}
    assert all(subject and when for subject, when in written.values())


def test_every_error_code_is_documented(pages: dict[str, str]) -> None:
    """Every code that a file declares, each with its meaning; what is a family of errors only is never answered."""
    families = {"refused", "not-found", "conflict", "outdated", "unavailable", "invalid"}
    files = (ROOT / "src").rglob("*.py")
    pattern = re.compile(r'^    code: ClassVar\[str\] = "([\w-]+)"', re.MULTILINE)
    declared = {code for file in files for code in pattern.findall(file.read_text(encoding="utf-8"))}
    written = {row[0].strip("`"): row for row in rows(pages["error-codes"].partition("## Reasons")[0])[1:]}
    assert declared - families <= set(written) <= declared
    assert all(meaning for _, _, meaning, *_ in written.values())


def test_every_reason_and_warning_is_documented(pages: dict[str, str]) -> None:
    """Each code that has words, with its words."""
    from modeldesk.entrypoints.words.catalogue import ALERTS
    from modeldesk.entrypoints.words.table import WORDS

    written = {row[0].strip("`"): row for row in rows(pages["error-codes"])}
    assert {*WORDS, *ALERTS} <= set(written)


def test_examples_of_problems_have_codes_that_exist(pages: dict[str, str]) -> None:
    """With the status of that code."""
    known = {(row[0].strip("`"), row[1]) for row in rows(pages["error-codes"])}
    answers = [
        answer for item in rest_api.document()["paths"].values() for found in item.values() for answer in found["responses"].values()
    ]
    shown = [example["value"] for answer in answers for content in answer["content"].values() for example in content["examples"].values()]
    problems = {(shape["type"].rpartition(":")[2], str(shape["status"])) for shape in shown if "type" in shape}
    assert len(problems) == 12
    assert problems <= known


def test_no_page_names_a_code_that_does_not_exist(pages: dict[str, str]) -> None:
    """After a status, or in a table beside one: a code that was renamed would live on in prose."""
    known = {row[0].strip("`") for row in rows(pages["error-codes"])}
    named = {
        code
        for file in WRITTEN
        for code in re.findall(r"\b[45]\d\d(?: or warning)?(?: \|)? `([a-z]+(?:-[a-z]+)+)`", file.read_text(encoding="utf-8"))
    }
    assert len(named) > 10
    assert named <= known


def test_the_index_of_decisions_is_complete() -> None:
    """A line for each, in their order, numbered as their files are."""
    written = re.findall(r"^\| (\d+) \| \[.+\]\(\.\./adr/(.+)\) \| (.+) \|$", decisions.page(DOCS / "adr"), re.MULTILINE)
    assert [file for _, file, _ in written] == [path.name for path in DECISIONS]
    for number, file, status in written:
        assert int(number) == int(file[:4])
        assert status.startswith(("Accepted", "Superseded"))


def test_help_that_keeps_its_lines_becomes_paragraphs() -> None:
    """click's marks do not reach the page, nor does the indentation of a docstring."""
    assert command_line.prose("First line.\n\n    \b\n    Second.\n") == "First line.\n\nSecond."


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.relative_to(DOCS).as_posix())
def test_declarations_on_a_page_can_be_imported(path: Path) -> None:
    """Every block of JSON that is a declaration, or one provider; the class of the tutorial is tried where it is installed."""
    from modeldesk.entrypoints.container import Container

    for block in re.findall(r"^```json\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        read = json.loads(block)
        document = {"version": "1.0.0", "providers": [read]} if "capabilities" in read else read
        if "providers" in document and "AcmeProvider" not in block:
            assert Container().declarations().read(json.dumps(document).encode()).providers


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_says_what_it_must(path: Path) -> None:
    """Context, decision, consequences, what was rejected, and what holds it."""
    headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Context", "Decision", "Consequences", "Rejected", "Held by"]


def test_what_security_and_decisions_point_at_exists() -> None:
    """A named test file that is not there would be a promise without proof."""
    texts = [SECURITY, INCIDENTS, *(path.read_text(encoding="utf-8") for path in DECISIONS)]
    named = {name for text in texts for name in re.findall(r"`((?:tests|src|bench)/[\w./*-]+)(?:::\w+)?`", text)}
    assert named
    assert {name for name in named if not list(ROOT.glob(name.rstrip("/")))} == set()


def test_every_incident_is_replayed_or_excused() -> None:
    """All 39, in their order; a test that is named is there, and one whose name says its number stands at that number."""
    found = re.findall(r"^\| (\d+) \| ([^|]+) \| (.+) \|$", INCIDENTS, re.MULTILINE)
    assert [int(number) for number, _, _ in found] == list(range(1, 40))
    for number, _, here in found:
        tests = re.findall(r"`(tests/[\w./]+)(?:::(\w+))?`", here)
        assert tests, f"incident {number} points at nothing"
        for path, name in tests:
            assert not name or f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), (number, path, name)
            assert "incident_" not in name or int(re.findall(r"incident_(\d+)", name)[0]) in {int(number), 19}


def test_every_family_of_metrics_is_documented(pages: dict[str, str]) -> None:
    """As it stands in an answer, with its labels and its meaning; and the rules for alerts name none that does not exist."""
    written = {row[0].strip("`"): row[1:] for row in rows(pages["metrics"])}
    samples = {family.name + SUFFIXES.get(family.kind, ""): family for family in FAMILIES}
    for name, family in samples.items():
        kind, labels, meaning = written[name]
        assert (kind, re.findall(r"`(.+?)`", labels)) == (family.kind, list(family.labels))
        assert meaning.startswith(family.meaning)
    rules = (DOCS / "how-to" / "modeldesk.rules.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"modeldesk_\w+", rules)) <= {*samples, *(f"{family.name}_bucket" for family in FAMILIES)}


def test_the_cost_of_a_small_read_is_that_of_the_quiet_run() -> None:
    """The page about growth has one figure for it, and counts on with it: a static list of models in the newest quiet run of the benchmarks."""
    run = (ROOT / "bench" / "README.md").read_text(encoding="utf-8").partition("## A quiet run")[2].partition("## ")[0]
    reads, *figures = rows(run)
    [cost] = [row[reads.index("browse_static")] for row in figures if row[0] == "server CPU µs"]
    growth = (DOCS / "explanation" / "growth.md").read_text(encoding="utf-8")
    assert re.search(rf"a small read .* costs about {cost} µs of CPU", growth)
    assert re.search(rf"1,000,000 ÷ CPU requests a second, at {cost} µs some", growth)
