"""Who depends on an active model: `modeldesk models dependents`, and lines for commands that change what products get."""

from collections.abc import Sequence

import click

from modeldesk.domain.model.dependents import EVERYTHING, OTHERS, UNNAMED, Dependent
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.model.values.timestamps import format_timestamp
from modeldesk.entrypoints.cli.arguments import capability_argument, provider_argument
from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo_err, echo_json
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import reading
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.unknown_names import note_unknown_slot
from modeldesk.entrypoints.cli.wording import counted
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.dependents import dependents_response

COLUMNS = (
    Column("token", is_whole=True),
    Column("consumer"),
    Column("asked for", is_whole=True),
    Column("last request", is_whole=True),
    Column("24 h", is_number=True, dropped=1),
    Column("30 days", is_number=True),
)
MOST_NAMED = 5


@click.command("dependents", cls=Command)
@provider_argument
@capability_argument
@format_option
def slot_dependents(*, provider: Slug, capability: CapabilityName, form: str) -> None:
    """Show which programs asked for a provider and capability within the last 30 days, also through a use."""

    async def asked(container: Container) -> tuple[Sequence[Dependent], Snapshot]:
        return await container.dependents().of_slot(Slot(provider, capability)), await container.store().current()

    found, snapshot = reading(asked)
    if not found:
        note_unknown_slot(snapshot, provider, capability)
    if form == "json":
        echo_json(dependents_response(found))
        return
    echo_table(
        COLUMNS,
        [_row(one) for one in found],
        otherwise="No program asked for it within the last 30 days; requests of the last minute may be missing.",
    )


def echo_dependents(dependents: Sequence[Dependent]) -> None:
    """Warns on standard error of programs that requested what changes within the last 30 days; prints nothing if there are none."""
    if not dependents:
        return
    names = list(dict.fromkeys(_name(one) for one in dependents))
    further = f", and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    last = max(one.last_seen_at for one in dependents)
    echo_err(f"⚠️  {counted(len(names), 'program')} asked for what this changes within 30 days, the last at {format_timestamp(last)}:")
    echo_err(f"   {', '.join(names[:MOST_NAMED])}{further}")


def _name(one: Dependent) -> str:
    """The token, with the consumer that it named."""
    return one.token if one.consumer == UNNAMED else f"{one.token} ({_consumer(one)})"


def _consumer(one: Dependent) -> str:
    return "others" if one.consumer == OTHERS else one.consumer


def _row(one: Dependent) -> tuple[str, ...]:
    asked = "everything" if one.asked == EVERYTHING else one.asked
    return one.token, _consumer(one), asked, format_timestamp(one.last_seen_at), f"{one.requests_24h:,}", f"{one.requests_30d:,}"
