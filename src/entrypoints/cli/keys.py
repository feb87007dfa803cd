"""`modeldesk keys`: vendors' API keys. A key comes from a prompt or from standard input, never from an argument, and is never shown."""

import sys

import click

from modeldesk.domain.credentials import THE_OPERATOR, StoredKey, Verdict, api_key
from modeldesk.domain.providers import ProviderClasses
from modeldesk.domain.snapshot import Snapshot
from modeldesk.domain.texts import Slug
from modeldesk.entrypoints.answers import KeysAnswer, key_verdict_answer, keys_answer
from modeldesk.entrypoints.cli.arguments import first_line_of_input, format_option, provider_argument
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import say, say_json
from modeldesk.entrypoints.cli.running import open_container, reading, writing
from modeldesk.entrypoints.cli.tables import Column, say_table

COLUMNS = (Column("provider", is_id=True), Column("scope"), Column("ends in"), Column("state"), Column("set"), Column("by"))
STANDS = {Verdict.VALID: "✅ valid", Verdict.REJECTED: "❌ rejected", Verdict.INCONCLUSIVE: "❔ inconclusive"}


@click.group(cls=InOrder)
def keys() -> None:
    """Enter, check and remove vendors' API keys."""


@keys.command("set")
@provider_argument
@click.option("--key-stdin", is_flag=True, help="Read the key from the first line of standard input.")
def set_key(*, provider: Slug, key_stdin: bool) -> None:
    """Store the shared key of a provider, in the place of the one before."""
    key = api_key(read_key(from_stdin=key_stdin))
    stored = writing(lambda container: container.key_keeping().set_shared(provider, key, THE_OPERATOR))
    say(f"🔑 The shared key of {provider} is stored, for {stored.binding.origin} alone")


@keys.command()
@provider_argument
@format_option
def check(provider: Slug, form: str) -> None:
    """Ask the vendor about the stored key; exit code 1 where it is rejected."""
    verdict = reading(lambda container: container.key_keeping().check_shared(provider, THE_OPERATOR))
    if form == "json":
        say_json(key_verdict_answer(verdict))
    else:
        say(f"{STANDS[verdict.verdict]}: {verdict.detail}")
    if verdict.verdict is Verdict.REJECTED:
        raise click.exceptions.Exit(1)


@keys.command()
@provider_argument
def delete(provider: Slug) -> None:
    """Forget the shared key of a provider."""
    was_there = writing(lambda container: container.key_keeping().delete_shared(provider, THE_OPERATOR))
    say(f"the shared key of {provider} is forgotten" if was_there else f"{provider} had no shared key")


@keys.command("list")
@format_option
def list_keys(form: str) -> None:
    """List the stored keys, without the keys."""
    container = open_container()
    snapshot = reading(lambda desk: desk.desk().current(), container)
    answer = keys_answer([(key, key_standing(key, snapshot, container.classes())) for key in snapshot.keys.values()])
    if form == "json":
        say_json(answer)
    else:
        say_table(COLUMNS, _rows(answer), otherwise="There are no keys; modeldesk keys set PROVIDER stores one.")


def key_standing(key: StoredKey, snapshot: Snapshot, classes: ProviderClasses) -> str:
    """Whether a key is used: `usable`, or `set aside` since the provider's address changed."""
    provider = snapshot.provider(key.binding.provider)
    return "usable" if key.is_usable_at(classes.of(provider).address(provider)) else "set aside"


def read_key(*, from_stdin: bool) -> str:
    """Asks on a terminal, unseen. Wrong usage where nobody can be asked."""
    if from_stdin:
        return first_line_of_input("key")
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask for the key on; give it on standard input with --key-stdin")
    typed: str = click.prompt("API key", hide_input=True, err=True)
    return typed


def _rows(answer: KeysAnswer) -> list[tuple[str, ...]]:
    return [
        (key["provider"], key["scope"], f"…{key['hint']}" if key["hint"] else "", key["state"], key["set_at"], key["set_by"])
        for key in answer["keys"]
    ]
