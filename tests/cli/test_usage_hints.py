"""What is said about an argument or an option that a command does not take."""

import shlex

import click
import pytest

from modeldesk.entrypoints.cli.usage_hints import OPTIONS_IN_PLACE
from tests.cli.test_cli_help import COMMANDS
from tests.support.cli_folder import Folder


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("import-providers providers.json", "Got unexpected extra argument (providers.json). Did you mean '--file providers.json'?"),
        ("import-providers acme", "Got unexpected extra argument (acme). Did you mean '--slug acme' or '--file acme'?"),
        ("import-providers acme open", "(acme open). Did you mean '--slug acme --slug open' or '--file acme'?"),
        ("models browse acme chat 'a b'", "Got unexpected extra argument (a b). Did you mean \"--search 'a b'\"?"),
        ("models list acme", "(acme). Did you mean '--provider acme' or '--capability acme'?"),
        ("models list --active yes", "--active takes no value; instead of '--active yes', give --active alone."),
        ("models list --active False", "--active takes no value; instead of '--active False', leave --active out."),
        ("models list --active acme", "(acme). Did you mean '--provider acme' or '--capability acme'?"),
        ("models browse --refresh true acme chat", "--refresh takes no value; instead of '--refresh true', give --refresh alone."),
        ("serve 8001", "(8001). Did you mean '--port 8001'?"),
        ("serve localhost", "Got unexpected extra argument (localhost)."),
        ("admin create amir normal", "(normal). Did you mean '--role normal'?"),
        ("doctor retired", "(retired). Did you mean '--fail-on retired'?"),
        ("resolve acme chat", "Got unexpected extra argument (chat). Did you mean 'acme/chat'?"),
        ("resolve acme/chat open", "Got unexpected extra argument (open)."),
        ("models browse --provider acme", "No such option '--provider'. Give PROVIDER without an option."),
        ("providers show --slug acme", "No such option '--slug'. Give PROVIDER without an option."),
        ("uses set x --capability chat", "No such option '--capability'. Give PROVIDER/CAPABILITY without an option."),
        ("models select a chat --model x", "No such option '--model'. Give MODEL_ID without an option."),
        ("db backup --output x", "No such option '--output'. Give PATH without an option."),
        ("overview --json", "No such option '--json'. Did you mean '--format json'?"),
        ("export -o x", "No such option '-o'. Did you mean '--output'?"),
        ("-V", "No such option '-V'. Did you mean '--version'?"),
        ("audit --debug", "--debug stands before the command: modeldesk --debug audit"),
        ("help", "No such command 'help'. Did you mean '--help'?"),
    ],
)
def test_a_usual_slip_is_told_what_is_meant(folder: Folder, typed: str, line: str) -> None:
    """An argument in place of an option, an option in place of an argument, a value behind a flag, a short or a shortened form that does not exist."""
    assert folder.refused(*shlex.split(typed), exits=2)[-1].endswith(line)


def test_a_slot_in_place_of_its_two_parts_is_taken_apart(desk: Folder) -> None:
    """Where there is such a slot."""
    assert desk.refused("models", "browse", "cohere/chat", exits=2)[-1].endswith("; did you mean 'cohere chat'?")
    assert desk.refused("models", "browse", "cohere/talk", exits=2)[-1].endswith(" single hyphens")


@pytest.mark.parametrize(
    ("typed", "secret"), [("keys set acme", "key"), ("admin create amir", "password"), ("admin password amir", "password")]
)
def test_a_secret_that_was_typed_as_an_argument_is_not_repeated(folder: Folder, typed: str, secret: str) -> None:
    """It stands in the history of the shell, and should not stand in a log as well."""
    lines = folder.refused(*typed.split(), "sk-secret-1", exits=2)
    assert lines[-1].startswith(f"Error: a {secret} is never an argument")
    assert not any("sk-secret-1" in line for line in lines)


@pytest.mark.parametrize("name", OPTIONS_IN_PLACE)
def test_what_is_suggested_in_place_of_an_argument_exists(name: str) -> None:
    """Each command of the table has these options, and they take a value."""
    options = {form: option for option in COMMANDS[name].command.params if isinstance(option, click.Option) for form in option.opts}
    assert all(not options[form].is_flag for form in OPTIONS_IN_PLACE[name])
