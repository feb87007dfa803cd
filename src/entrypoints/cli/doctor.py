"""`modeldesk doctor`: the health of the active models."""

import shlex
from collections.abc import Iterator, Mapping

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.health import Health
from modeldesk.domain.services.doctor import Diagnosis
from modeldesk.entrypoints.cli.choices import OneOf
from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo, echo_err, echo_json
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import reading
from modeldesk.entrypoints.cli.start_notes import master_key_notes
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.wording import counted, money
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.doctor import DoctorResponse, SlotHealthResponse, SuccessorResponse
from modeldesk.entrypoints.responses.serializer import serialize

COLUMNS = (
    Column("provider", is_whole=True),
    Column("capability", is_whole=True),
    Column("model", is_whole=True),
    Column("state", is_whole=True),
    Column("reason", is_below=True),
)
COMMANDS: Mapping[str, str] = {
    Health.LIST_STALE.value: "models browse {provider} {capability} --refresh",
    Health.KEY_MISSING.value: "keys set {provider}",
    Health.KEY_REJECTED.value: "keys set {provider}",
    Health.PROVIDER_INACTIVE.value: "providers enable {provider}",
}
"""What is typed to do what the advice says, by state. Successors have commands of their own."""

STATES = [state.value for state in Health if state is not Health.OK]


@click.command(cls=Command)
@click.option(
    "--fail-on",
    type=OneOf(STATES),
    metavar="STATE",
    default=Health.KEY_MISSING.value,
    help=f"Exit with 1 if a slot is in this state or a worse one. The states, the best first: {', '.join(STATES)}. Default: key-missing.",
)
@format_option
@click.pass_context
def doctor(ctx: click.Context, fail_on: str, form: str) -> None:
    """Check every active model: its lifecycle, list, price, provider and key."""
    diagnosis, notes = reading(_diagnosis)
    for line in notes:
        echo_err(line)
    answer = serialize(DoctorResponse, diagnosis)
    if form == "json":
        echo_json(answer)
    else:
        rows = [(slot["provider"], slot["capability"], slot["model_id"], slot["state"], slot["reason"]) for slot in answer["slots"]]
        echo_table(COLUMNS, rows, otherwise="No model is active.")
        for line in _advice(answer):
            echo(line)
    if diagnosis.worst.severity >= Health(fail_on).severity:
        ctx.exit(1)


async def _diagnosis(container: Container) -> tuple[Diagnosis, list[str]]:
    notes = [*await master_key_notes(container), *await _webhook_notes(container)]
    return await container.doctor().diagnosis(), notes


async def _webhook_notes(container: Container) -> list[str]:
    """One line for each webhook whose events do not arrive."""
    return [
        f"⚠️  webhook {webhook.id}: {counted(held.pending, 'event')} waiting, {held.given_up:,} given up; see why: modeldesk webhooks deliveries {webhook.id}"
        for webhook, held in await container.webhooks().in_trouble(CLI_ACTOR)
    ]


def _advice(answer: DoctorResponse) -> Iterator[str]:
    for slot in answer["slots"]:
        if slot["remedy"]:
            yield f"{slot['provider']} {slot['capability']}: {slot['remedy']}{_used_by(slot)}"
        if slot["state"] in COMMANDS:
            yield f"  modeldesk {COMMANDS[slot['state']].format(provider=slot['provider'], capability=slot['capability'])}"
        for successor in slot["successors"]:
            arguments = shlex.join(
                (slot["provider"], slot["capability"], successor["model_id"])
            )  # a vendor's id, which a shell must not execute
            yield f"  modeldesk models select {arguments}    # {_compared(successor)}"


def _used_by(slot: SlotHealthResponse) -> str:
    return f" (used by {', '.join(slot['uses'])})" if slot["uses"] else ""


def _compared(successor: SuccessorResponse) -> str:
    """Why it is proposed, and how price and context differ."""
    price, context = successor["price_change"], successor["context_change"]
    said = [successor["reason"], "price difference unknown" if price is None else f"{money(price)} US$ per 1M tokens in and out"]
    return ", ".join([*said, "context difference unknown" if context is None else f"{context:+,} tokens of context"])
