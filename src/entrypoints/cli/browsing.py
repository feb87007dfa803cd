"""`modeldesk models browse`: the models that a provider offers for a capability."""

from collections.abc import Iterator

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.query import SORTS
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.domain.services.provider_keys import actor_for_admin
from modeldesk.entrypoints.cli.arguments import ADMIN_NAME, capability_argument, from_options, provider_argument
from modeldesk.entrypoints.cli.choices import OneOf
from modeldesk.entrypoints.cli.columns import LIFECYCLE, PRICE, Column, with_column
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo, echo_json, progress_line, report, report_warning
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container, reading
from modeldesk.entrypoints.cli.tables import table
from modeldesk.entrypoints.cli.wording import UNKNOWN, counted, further_price_words, lifecycle_words, price_words, yes_or_no
from modeldesk.entrypoints.commands.models import BrowseQuery
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.models import BrowseResponse, ModelResponse, browse_response

OFFERED = (
    Column("model", is_whole=True),
    Column("name", dropped=3),
    Column("free", dropped=2),
    PRICE,
    Column("context", is_number=True, dropped=1),
    Column("active"),
)
EXPLAINED = (Column("model", is_whole=True), Column("name", dropped=3), Column("offered"), Column("reason", is_below=True))
FURTHER = Column("further prices, US$", is_below=True)


@click.command(cls=Command)
@provider_argument
@capability_argument
@click.option("--search", metavar="TEXT", help="Only models whose id or name contains all these words.")
@click.option("--free/--not-free", default=None, help="Only models known to be free, or known not to be free.")
@click.option(
    "--sort",
    type=OneOf([*SORTS, *(f"-{name}" for name in SORTS)]),
    metavar="[-]" + "|".join(SORTS),
    help="Sort ascending, or descending with a leading -. Default: the order of the list.",
)
@click.option("--limit", type=int, help="The maximum number of models.")
@click.option("--offset", type=int, default=0, help="The number of models to skip.")
@click.option("--refresh", is_flag=True, help="Read the list from the vendor, even if the cached one is fresh.")
@click.option("--accept", is_flag=True, help="With --refresh: accept a list that shrank by half or more.")
@click.option("--as", "admin", type=ADMIN_NAME, metavar="ADMIN", help="Use the personal key of this admin, and show their list.")
@click.option("--explain", is_flag=True, help="Show why each model is offered or excluded, and the source of its data.")
@format_option
def browse(
    *,
    admin: str | None,
    form: str,
    **options: object,
) -> None:
    """List the models that a provider offers for a capability.

    Waits for the vendor if a live list is stale, and shows the last good list if the vendor fails.
    """
    container = open_container()
    query = from_options(container, BrowseQuery, **options)
    mode = RefreshMode.FORCE if query.refresh else RefreshMode.WAIT_IF_STALE
    with progress_line(lambda pages, models: f"📥 {counted(pages, 'page')}, {counted(models, 'model')}") as progress:

        async def listed(container: Container) -> SlotCatalogue:
            actor = actor_for_admin(admin, await container.store().current()) if admin is not None else CLI_ACTOR
            return await container.discovery().listing(query.slot, actor, mode, is_accepted=query.accept, progress=progress)

        listing = reading(listed, container)
    answer = browse_response(listing, query.catalogue_query, explain=query.explain)
    if form == "json":
        echo_json(answer)
    else:
        rows, *further = browse_lines(answer, query)
        echo(rows)
        for line in further:
            report(line)
        for line in browse_warnings(answer, query):
            report_warning(line)


def browse_lines(answer: BrowseResponse, query: BrowseQuery) -> Iterator[str]:
    """The list as a table, followed by its size and age."""
    if query.explain:
        offered = [(model["id"], model["name"], "yes", _reason(model)) for model in answer["models"]]
        excluded = [(model["id"], model["name"], "no", model["reason"]) for model in answer.get("excluded", [])]
        further = [*(further_price_words(model["pricing"]) for model in answer["models"]), *("" for _ in excluded)]
        yield table(*with_column(FURTHER, EXPLAINED, [*offered, *excluded], further), otherwise=_nothing(answer, query))
    else:
        lifecycles = [lifecycle_words(model.get("lifecycle")) for model in answer["models"]]
        rows = [_offered(model) for model in answer["models"]]
        yield table(*with_column(LIFECYCLE, OFFERED, rows, lifecycles), otherwise=_nothing(answer, query))
    if answer["models"]:
        yield f"{answer['count']:,} of {counted(answer['total'], 'model')}"
    if answer["fetched_at"] is not None:
        yield f"read from the vendor at {answer['fetched_at']} ({answer['source']})"


def browse_warnings(answer: BrowseResponse, query: BrowseQuery) -> Iterator[str]:
    """Warnings about a list that is shown nevertheless."""
    if "failure" in answer:
        prefix = (
            ""
            if "incomplete" in answer
            else f"{'the live list cannot be read' if answer['source'] == 'static' else 'the last refresh failed'}: "
        )
        yield f"⚠️  {prefix}{answer['failure']}"
    if "unreadable" in answer:
        unreadable = counted(answer["unreadable"], "row")
        yield f"⚠️  {unreadable} of the vendor's list could not be read{'' if query.explain else '; --explain names them'}"
    if "waiting" in answer:
        yield f"⚠️  the vendor's list shrank to {counted(answer['waiting'], 'model')}; --refresh --accept accepts it"


def _reason(model: ModelResponse) -> str:
    filled = model.get("sources", {})
    said = [f"{', '.join(name for name in filled if filled[name] == source)} from {source}" for source in dict.fromkeys(filled.values())]
    return "; ".join([model.get("reason", ""), *said])


def _offered(model: ModelResponse) -> tuple[str, ...]:
    context = UNKNOWN if model["context_length"] is None else f"{model['context_length']:,}"
    return (
        model["id"],
        model["name"],
        yes_or_no(model["is_free"]),
        price_words(model["pricing"]),
        context,
        "yes" if model["is_active"] else "",
    )


def _nothing(answer: BrowseResponse, query: BrowseQuery) -> str:
    if answer["total"]:
        return f"There are only {counted(answer['total'], 'model')}; use a smaller --offset."
    if query.search is None and query.free is None:
        return f"{answer['provider']} lists no models for {answer['capability']}."
    return f"No model of {answer['provider']} for {answer['capability']} matches."
