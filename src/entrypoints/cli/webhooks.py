"""`modeldesk webhooks`: the addresses that receive changes. A secret is printed once, when it is made."""

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.domain.model.webhooks.delivery import Delivery
from modeldesk.domain.model.webhooks.webhook import SUBSCRIBED
from modeldesk.domain.services.webhooks import NewSecret, WebhookChange
from modeldesk.entrypoints.cli.arguments import WEBHOOK, from_options
from modeldesk.entrypoints.cli.choices import OneOf
from modeldesk.entrypoints.cli.columns import Column, day_of
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo, echo_json, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.remedies import CLI
from modeldesk.entrypoints.cli.running import open_container, reading, run_creating, writing
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.commands.webhooks import DEFAULT_DELIVERIES, NewWebhookBody
from modeldesk.entrypoints.responses.webhooks import deliveries_response, new_webhook_response, webhooks_response

COLUMNS = (
    Column("id", is_whole=True),
    Column("address", is_whole=True),
    Column("state"),
    Column("added", is_whole=True, dropped=4, shorten=day_of),
    Column("by", dropped=3),
    Column("events", dropped=1, is_below=True),
)
DELIVERY_COLUMNS = (
    Column("event", is_whole=True, dropped=3),
    Column("type"),
    Column("subject", is_whole=True),
    Column("state"),
    Column("attempts", is_number=True, dropped=1),
    Column("next attempt", is_whole=True, dropped=2),
    Column("last answer", is_below=True),
)
EVENTS = ", ".join(kind.value for kind in SUBSCRIBED)
webhook_argument = click.argument("webhook", metavar="ID", type=WEBHOOK)


@click.group(cls=InOrder)
def webhooks() -> None:
    """Add, test and remove the addresses that receive changes."""


@webhooks.command("list")
@format_option
def list_webhooks(form: str) -> None:
    """List all webhooks, without their secrets."""
    found = reading(lambda container: container.webhooks().all(CLI_ACTOR))
    if form == "json":
        echo_json(webhooks_response(found))
        return
    rows = [
        (
            webhook.id,
            webhook.masked_url,
            "enabled" if webhook.is_active else "disabled",
            format_timestamp(webhook.created_at),
            webhook.created_by,
            ", ".join(kind.value for kind in webhook.events),
        )
        for webhook in found
    ]
    echo_table(COLUMNS, rows, otherwise="There are no webhooks.", advice="Add one: modeldesk webhooks add URL")


@webhooks.command()
@click.argument("url")
@click.option(
    "--event",
    "events",
    type=OneOf([kind.value for kind in SUBSCRIBED]),
    multiple=True,
    metavar="EVENT",
    help=f"An event to send; repeatable. Without this option, every event. The events: {EVENTS}.",
)
@format_option
def add(*, url: str, events: tuple[str, ...], form: str) -> None:
    """Add a webhook, and print its secret, which is never shown again."""
    container = open_container()
    given = from_options(container, NewWebhookBody, url=url, **({"events": events} if events else {}))
    _show_secret(run_creating(lambda container: container.webhooks().add(given.url, given.events, CLI_ACTOR), container), form)


@webhooks.command()
@webhook_argument
def enable(webhook: str) -> None:
    """Enable a webhook. What waits for it is sent."""
    _set_active(webhook, is_active=True)


@webhooks.command()
@webhook_argument
def disable(webhook: str) -> None:
    """Disable a webhook. It gets no new events; what waits for it stays."""
    _set_active(webhook, is_active=False)


@webhooks.command()
@webhook_argument
def remove(webhook: str) -> None:
    """Remove a webhook, with everything that was still to be sent to it."""
    writing(lambda container: container.webhooks().remove(webhook, CLI_ACTOR))
    report(f"removed the webhook {webhook}")


@webhooks.command()
@webhook_argument
@format_option
def rotate(*, webhook: str, form: str) -> None:
    """Give a webhook a new secret, and print it. The one before signs too for 24 hours."""
    _show_secret(writing(lambda container: container.webhooks().rotate(webhook, CLI_ACTOR)), form)


@webhooks.command("test")
@webhook_argument
def send_test(webhook: str) -> None:
    """Send a test event. A running server delivers it within seconds."""
    event = writing(lambda container: container.webhooks().test(webhook, CLI_ACTOR))
    report(f"queued {event.id}; see what became of it: modeldesk webhooks deliveries {webhook}")


@webhooks.command()
@webhook_argument
@format_option
def deliveries(*, webhook: str, form: str) -> None:
    """List the latest deliveries to a webhook, newest first, and why one failed."""
    found = reading(lambda container: container.webhooks().deliveries(webhook, CLI_ACTOR, DEFAULT_DELIVERIES))
    if form == "json":
        echo_json(deliveries_response(found))
        return
    echo_table(DELIVERY_COLUMNS, [_row(delivery) for delivery in found], otherwise="Nothing was sent to it yet.")


def _set_active(webhook: str, *, is_active: bool) -> None:
    writing(lambda container: container.webhooks().change(webhook, WebhookChange(is_active=is_active), CLI_ACTOR))
    report(f"{'enabled' if is_active else 'disabled'} the webhook {webhook}")


def _row(delivery: Delivery) -> tuple[str, ...]:
    answer = CLI.reason(delivery.reason) if delivery.reason is not None else "" if delivery.status is None else f"status {delivery.status}"
    return (
        delivery.event.id,
        delivery.event.type.value,
        delivery.event.subject,
        delivery.state.value,
        str(delivery.attempts),
        format_timestamp(delivery.next_at) if delivery.next_at is not None else "none",
        answer,
    )


def _show_secret(made: NewSecret, form: str) -> None:
    if form == "json":
        echo_json(new_webhook_response(made))
        return
    echo(f"{made.webhook.id} {made.webhook.masked_url}")
    echo(f"secret, shown only now: {made.secret.reveal()}")
