"""`modeldesk keys`: vendors' API keys. A key comes from a prompt or from standard input, never from an argument, and is never shown."""

import sys
from collections.abc import Iterator

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.keys.provider_key import StoredKey, Verdict, api_key
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.master_key_rotation import keys_under
from modeldesk.entrypoints.cli.arguments import ADMIN_NAME, first_line_of_input, format_option, provider_argument
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import counting_line, echo, echo_err, say_json
from modeldesk.entrypoints.cli.remedies import CLI
from modeldesk.entrypoints.cli.running import open_container, reading, writing
from modeldesk.entrypoints.cli.tables import Column, say_table
from modeldesk.entrypoints.cli.wording import counted
from modeldesk.entrypoints.responses.keys import KeysResponse, KeyVerdictResponse, RotationResponse, keys_response, rotation_response
from modeldesk.entrypoints.responses.serializer import serialize

COLUMNS = (
    Column("provider", is_id=True),
    Column("scope"),
    Column("owner"),
    Column("ends in"),
    Column("state"),
    Column("master key"),
    Column("set"),
    Column("by"),
)
STANDS = {Verdict.VALID: "✅ valid", Verdict.REJECTED: "❌ rejected", Verdict.INCONCLUSIVE: "❔ inconclusive"}

personal_option = click.option("--personal", "owner", type=ADMIN_NAME, metavar="ADMIN", help="This admin's own key; else the shared one.")


@click.group(cls=InOrder)
def keys() -> None:
    """Enter, check and remove vendors' API keys; change the master key."""


@keys.command("set")
@provider_argument
@personal_option
@click.option("--key-stdin", is_flag=True, help="Read the key from the first line of standard input.")
@click.argument("typed", nargs=-1, metavar="")
def set_key(*, provider: Slug, owner: str | None, key_stdin: bool, typed: tuple[str, ...]) -> None:
    """Store a provider's key; it takes the place of the one before."""
    if typed:  # not click's own refusal, which would print it
        raise click.UsageError(
            "a key is never an argument: it would stay in the shell's history; it is asked for, or read with --key-stdin"
        )
    writing(lambda container: container.provider_keys().binding(provider, owner, CLI_ACTOR))  # before anybody types one for nothing
    key = api_key(read_key(from_stdin=key_stdin))
    stored = writing(lambda container: container.provider_keys().set(provider, owner, key, CLI_ACTOR))
    echo(f"🔑 The {_named(provider, owner)} is stored; it is sent to {stored.binding.origin} alone")


@keys.command()
@provider_argument
@personal_option
@format_option
def check(*, provider: Slug, owner: str | None, form: str) -> None:
    """Ask the vendor about the stored key; exit code 1 where it is rejected."""
    verdict = reading(lambda container: container.provider_keys().check(provider, owner, CLI_ACTOR))
    if form == "json":
        say_json(serialize(KeyVerdictResponse, verdict))
    else:
        echo(f"{STANDS[verdict.verdict]}: {CLI.reason(verdict.detail)}")
    if verdict.verdict is Verdict.REJECTED:
        raise click.exceptions.Exit(1)


@keys.command()
@provider_argument
@personal_option
def delete(*, provider: Slug, owner: str | None) -> None:
    """Delete a provider's key."""
    was_there = writing(lambda container: container.provider_keys().delete(provider, owner, CLI_ACTOR))
    echo(f"the {_named(provider, owner)} is deleted" if was_there else f"there was no {_named(provider, owner)}")


@keys.command("list")
@format_option
def list_keys(form: str) -> None:
    """List whose keys are stored, never the keys themselves, and how many are under each master key."""
    container = open_container()
    snapshot = reading(lambda desk: desk.store().current(), container)
    stored, vault, states = in_order(snapshot), container.vault(), container.key_statuses()
    listed = [(key, vault.master_key_id(key.sealed), states.of_key(key, snapshot).value) for key in stored]
    answer = keys_response(listed, keys_under(stored, vault))
    if form == "json":
        say_json(answer)
        return
    say_table(COLUMNS, _rows(answer), otherwise="There are no keys; modeldesk keys set PROVIDER stores one.")
    if answer["keys"]:
        echo("\n".join(_master_lines(answer)))


@keys.command("rotate-master")
@format_option
def rotate_master(form: str) -> None:
    """Make a new master key and seal every key under it; may be stopped at any moment, and then goes on from there.

    With MODELDESK_MASTER_KEY or MODELDESK_MASTER_KEY_FILE the new key is put before the old one there: new,old in the setting, one a line
    in the file; then this command seals every key under the first of them.
    """
    with counting_line(lambda done, count: f"🔑 {done:,} of {counted(count, 'key')}") as told:
        rotated = writing(lambda container: container.rotation().rotate(told))
    answer = rotation_response(rotated)
    if form == "json":
        say_json(answer)
    else:
        echo("\n".join(rotated_lines(answer)))
    for place in rotated.unreadable:
        echo_err(f"Error: the {_named(*place)} cannot be decrypted; set it again, or bring its master key back")
    if rotated.remaining:
        raise click.exceptions.Exit(1)


def in_order(snapshot: Snapshot) -> list[StoredKey]:
    """By provider in its order, the shared key before admins' own."""
    places = {slug: number for number, slug in enumerate(snapshot.providers)}
    return sorted(snapshot.keys.values(), key=lambda key: (places.get(key.binding.provider, len(places)), key.binding.owner or ""))


def rotated_lines(answer: RotationResponse) -> Iterator[str]:
    """What was done, and what is left to do by hand."""
    if answer["is_new"]:
        yield "🔑 A new master key was made; the one before it is kept for older backups until the next rotation"
    yield f"{counted(answer['resealed'], 'key')} sealed anew; {answer['remaining']:,} not under the newest master key"
    if not (answer["is_new"] or answer["resealed"] or answer["remaining"]):
        yield "every key is under the newest master key; to change it, put a new one before it in the setting: new,old"


def read_key(*, from_stdin: bool) -> str:
    """Asks on a terminal, unseen. Wrong usage where nobody can be asked."""
    if from_stdin:
        return first_line_of_input("key")
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask for the key on; give it on standard input with --key-stdin")
    typed: str = click.prompt("API key", hide_input=True, err=True)
    return typed


def _named(provider: str, owner: str | None) -> str:
    return f"shared key of {provider}" if owner is None else f"personal key of {owner} for {provider}"


def _rows(answer: KeysResponse) -> list[tuple[str, ...]]:
    return [
        (
            key["provider"],
            key["scope"],
            key["owner"] or "",
            f"…{key['hint']}" if key["hint"] else "",
            key["state"],
            key["master_key"],
            key["set_at"],
            key["set_by"],
        )
        for key in answer["keys"]
    ]


def _master_lines(answer: KeysResponse) -> Iterator[str]:
    for entry in answer["master_keys"]:
        yield f"{counted(entry['count'], 'key')} under the {entry['state']} master key {entry['id']}".rstrip()
