"""`modeldesk models changes`: what changed in providers' live lists."""

import click

from modeldesk.domain.model.catalogue.changes import DEFAULT_PAGE, ChangeQuery
from modeldesk.entrypoints.cli.arguments import SLUG, from_options
from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.log_pages import echo_page, page_options, since_option
from modeldesk.entrypoints.cli.output import echo_json
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container, reading
from modeldesk.entrypoints.cli.wording import UNKNOWN, price_words
from modeldesk.entrypoints.responses.changes import ModelChangeResponse, model_changes_response

CHANGED = (
    Column("id", is_number=True, dropped=2),
    Column("at", is_whole=True),
    Column("provider", is_whole=True),
    Column("model", is_whole=True),
    Column("change"),
    Column("before → after", is_below=True),
)


@click.command(cls=Command)
@click.option("--provider", type=SLUG, metavar="PROVIDER", help="Only models of this provider.")
@since_option("changes")
@page_options("changes", DEFAULT_PAGE)
@format_option
def changes(*, form: str, **options: object) -> None:
    """Show what changed in providers' live lists, newest changes first.

    A model is removed when two lists in a row do not contain it.
    """
    container = open_container()
    query = from_options(container, ChangeQuery, **options)
    answer = model_changes_response(reading(lambda container: container.change_history().changes(query), container), query)
    if form == "json":
        echo_json(answer)
    else:
        rows = [_changed(change) for change in answer["changes"]]
        echo_page(CHANGED, rows, answer["next"], "changes", otherwise="No changes match.")


def _changed(change: ModelChangeResponse) -> tuple[str, ...]:
    before, after = change["before"], change["after"]
    differing = [name for name in before or () if after is not None and before is not None and before[name] != after[name]]
    changed = "; ".join(f"{name}: {_fact((before or {})[name])} → {_fact((after or {})[name])}" for name in differing)
    return str(change["id"]), change["at"], change["provider"], change["model_id"], change["kind"], changed


def _fact(value: object) -> str:
    if isinstance(value, dict):
        return price_words(value)
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return UNKNOWN if value is None else f"{value:,}" if is_number else str(value)
