"""`modeldesk keys`: manages vendors' API keys. Keys come from a prompt or standard input, never from an argument, and are never shown."""

import sys
from collections.abc import Iterator

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.keys.provider_key import StoredKey, Verdict, api_key
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.master_key_rotation import keys_under
from modeldesk.entrypoints.cli.arguments import ADMIN_NAME, first_line_of_input, provider_argument
from modeldesk.entrypoints.cli.columns import Column, day_of
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo, echo_err, echo_json, progress_line, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.remedies import CLI
from modeldesk.entrypoints.cli.running import open_container, reading, writing
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.wording import counted
from modeldesk.entrypoints.responses.keys import KeysResponse, KeyVerdictResponse, RotationResponse, keys_response
from modeldesk.entrypoints.responses.serializer import serialize

COLUMNS = (
    Column("provider", is_whole=True),
    Column("scope"),
    Column("owner"),
    Column("ends in", dropped=1),
    Column("state"),
    Column("master key", dropped=4),
    Column("set", is_whole=True, dropped=2, shorten=day_of),
    Column("by", dropped=3),
)
VERDICTS = {Verdict.VALID: "✅ valid", Verdict.REJECTED: "❌ rejected", Verdict.INCONCLUSIVE: "❔ inconclusive"}

personal_option = click.option(
    "--personal", "owner", type=ADMIN_NAME, metavar="ADMIN", help="The personal key of this admin; without it, the shared key."
)


@click.group(cls=InOrder)
def keys() -> None:
    """Set, check and delete vendors' API keys; rotate the master key."""


@keys.command("set")
@provider_argument
@personal_option
@click.option("--key-stdin", is_flag=True, help="Read the key from the first line of standard input.")
def set_key(*, provider: Slug, owner: str | None, key_stdin: bool) -> None:
    """Store a provider's key. It replaces the previous one."""
    writing(lambda container: container.provider_keys().binding(provider, owner, CLI_ACTOR))  # fails before the prompt for a key
    key = api_key(read_key(from_stdin=key_stdin))
    stored = writing(lambda container: container.provider_keys().set(provider, owner, key, CLI_ACTOR))
    report(f"🔑 Stored the {_label(provider, owner)}; it is sent only to {stored.binding.origin}")


@keys.command()
@provider_argument
@personal_option
@format_option
def check(*, provider: Slug, owner: str | None, form: str) -> None:
    """Check the stored key with the vendor. Exit code 1 if it is rejected."""
    verdict = reading(lambda container: container.provider_keys().check(provider, owner, CLI_ACTOR))
    if form == "json":
        echo_json(serialize(KeyVerdictResponse, verdict))
    else:
        echo(f"{VERDICTS[verdict.verdict]}: {CLI.reason(verdict.detail)}")
    if verdict.verdict is Verdict.REJECTED:
        raise click.exceptions.Exit(1)


@keys.command()
@provider_argument
@personal_option
def delete(*, provider: Slug, owner: str | None) -> None:
    """Delete a provider's key."""
    existed = writing(lambda container: container.provider_keys().delete(provider, owner, CLI_ACTOR))
    report(f"deleted the {_label(provider, owner)}" if existed else f"there is no {_label(provider, owner)}")


@keys.command("list")
@format_option
def list_keys(form: str) -> None:
    """List the stored keys, without the keys themselves, and the number of keys under each master key."""
    container = open_container()
    snapshot = reading(lambda container: container.store().current(), container)
    stored, vault, states = in_order(snapshot), container.vault(), container.key_statuses()
    listed = [(key, vault.master_key_id(key.sealed), states.of_key(key, snapshot).value) for key in stored]
    answer = keys_response(listed, keys_under(stored, vault))
    if form == "json":
        echo_json(answer)
        return
    echo_table(COLUMNS, _rows(answer), otherwise="There are no keys.", advice="Store one: modeldesk keys set PROVIDER")
    if answer["keys"]:
        echo("\n".join(_master_lines(answer)))


@keys.command("rotate-master")
@format_option
def rotate_master(form: str) -> None:
    """Create a new master key and encrypt every key with it. An interrupted rotation continues at the next run.

    With MODELDESK_MASTER_KEY or MODELDESK_MASTER_KEY_FILE, first put the new master key before the old one: new,old in the setting, or one
    per line in the file. This command then encrypts every key with the first one.
    """
    with progress_line(lambda done, count: f"🔑 {done:,} of {counted(count, 'key')}") as progress:
        rotated = writing(lambda container: container.rotation().rotate(progress))
    answer = serialize(RotationResponse, rotated)
    if form == "json":
        echo_json(answer)
    else:
        report("\n".join(rotation_lines(answer)))
    for key_ref in rotated.unreadable:
        echo_err(f"Error: the {_label(*key_ref)} cannot be decrypted; set it again, or restore its master key")
    for webhook in rotated.unreadable_webhooks:
        echo_err(
            f"Error: a secret of the webhook {webhook} cannot be decrypted; make a new one with: modeldesk webhooks rotate {webhook}; or restore its master key"
        )
    if rotated.remaining:
        raise click.exceptions.Exit(1)


def in_order(snapshot: Snapshot) -> list[StoredKey]:
    """The keys in the order of their providers, each shared key before personal ones."""
    positions = {slug: number for number, slug in enumerate(snapshot.providers)}
    return sorted(snapshot.keys.values(), key=lambda key: (positions.get(key.binding.provider, len(positions)), key.binding.owner or ""))


def rotation_lines(answer: RotationResponse) -> Iterator[str]:
    """What the rotation did, and what remains to be done."""
    if answer["is_new"]:
        yield "🔑 Created a new master key; the previous one is kept for older backups until the next rotation"
    yield f"re-encrypted {counted(answer['resealed'], 'secret')}; {answer['remaining']:,} not under the newest master key"
    if not (answer["is_new"] or answer["resealed"] or answer["remaining"]):
        yield "every secret is under the newest master key; to change it, put a new one before it in the setting: new,old"


def read_key(*, from_stdin: bool) -> str:
    """A key from standard input or a prompt without echo. Raises UsageError if there is no terminal."""
    if from_stdin:
        return first_line_of_input("key")
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("there is no terminal for the key prompt; pass the key on standard input with --key-stdin")
    typed: str = click.prompt("API key", hide_input=True, err=True)
    return typed


def _label(provider: str, owner: str | None) -> str:
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
