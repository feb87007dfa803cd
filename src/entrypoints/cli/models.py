"""`modeldesk models`: the commands about models, and the list of the stored ones."""

from collections.abc import Sequence

import click

from modeldesk.domain.model.selection import StoredModelStatus
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.entrypoints.cli.arguments import CAPABILITY, SLUG, from_options
from modeldesk.entrypoints.cli.browsing import browse
from modeldesk.entrypoints.cli.columns import LIFECYCLE, PRICE, Column, day_of, with_column
from modeldesk.entrypoints.cli.dependents import slot_dependents
from modeldesk.entrypoints.cli.groups import Command, InOrder
from modeldesk.entrypoints.cli.model_changes import changes
from modeldesk.entrypoints.cli.output import echo_json
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container, reading
from modeldesk.entrypoints.cli.selecting import deselect, rollback, select
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.unknown_names import note_unknown_slot
from modeldesk.entrypoints.cli.wording import lifecycle_words, price_words, yes_or_no
from modeldesk.entrypoints.commands.models import ModelsQuery
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.models import StoredModelResponse, models_response

STORED = (
    Column("provider", is_whole=True),
    Column("capability", is_whole=True),
    Column("model", is_whole=True),
    Column("name", dropped=3),
    Column("active"),
    Column("free", dropped=2),
    PRICE,
    Column("in list", dropped=6),
    Column("selected", is_whole=True, dropped=5, shorten=day_of),
    Column("by", dropped=7),
)


@click.group(cls=InOrder)
def models() -> None:
    """Browse, select and roll back models."""


@click.command("list", cls=Command)
@click.option("--provider", type=SLUG, help="Only models of this provider.")
@click.option("--capability", type=CAPABILITY, help="Only models of this capability.")
@click.option("--active", "is_active", is_flag=True, default=None, flag_value=True, help="Only active models.")
@format_option
def list_models(form: str, **options: object) -> None:
    """List the stored models: all that were ever selected."""
    container = open_container()
    query = from_options(container, ModelsQuery, **options)
    nothing = "No model has been selected yet." if query == ModelsQuery() else "No stored model matches."

    async def found(container: Container) -> tuple[Sequence[StoredModelStatus], Snapshot]:
        return await container.dashboard().models(query.filter), await container.store().current()

    stored, snapshot = reading(found, container)
    answer = models_response(stored, len(stored))
    if not stored:
        note_unknown_slot(snapshot, query.provider, query.capability)
    if form == "json":
        echo_json(answer)
    else:
        lifecycles = [lifecycle_words(model["lifecycle"]) for model in answer["models"]]
        echo_table(*with_column(LIFECYCLE, STORED, [_stored(model) for model in answer["models"]], lifecycles), otherwise=nothing)


for command in (browse, select, deselect, rollback, list_models, changes, slot_dependents):
    models.add_command(command)


def _stored(model: StoredModelResponse) -> tuple[str, ...]:
    return (
        model["provider"],
        model["capability"],
        model["model_id"],
        model["model_name"],
        "yes" if model["is_active"] else "",
        yes_or_no(model["is_free"]),
        price_words(model["pricing"]),
        yes_or_no(model["in_catalogue"]),
        model["selected_at"],
        model["selected_by"],
    )
