"""`modeldesk models`: browses catalogues, and selects, deselects and rolls back models."""

import sys
from collections.abc import Iterator, Sequence

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.query import SORTS
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import RollbackResult, SelectionResult, SelectModel, StoredModelStatus
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.services.discovery import SlotCatalogue
from modeldesk.domain.services.list_request import RefreshMode
from modeldesk.domain.services.provider_keys import actor_for_admin
from modeldesk.entrypoints.cli.arguments import (
    ADMIN_NAME,
    CAPABILITY,
    LINE,
    MODEL_ID,
    SLUG,
    capability_argument,
    from_options,
    provider_argument,
)
from modeldesk.entrypoints.cli.columns import PRICE, Column, day_of
from modeldesk.entrypoints.cli.dependents import echo_dependents, slot_dependents
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.model_changes import changes
from modeldesk.entrypoints.cli.output import echo, echo_json, progress_line, report, report_warning
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container, reading, writing
from modeldesk.entrypoints.cli.tables import echo_table, table
from modeldesk.entrypoints.cli.wording import UNKNOWN, counted, further_price_words, lifecycle_words, price_words, yes_or_no
from modeldesk.entrypoints.commands.models import BrowseQuery, ModelsQuery, SelectBody
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.models import BrowseResponse, ModelResponse, StoredModelResponse, browse_response, models_response

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
LIFECYCLE = Column("lifecycle")
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


@models.command()
@provider_argument
@capability_argument
@click.option("--search", metavar="TEXT", help="Only models whose id or name contains all these words.")
@click.option("--free/--not-free", default=None, help="Only models known to be free, or known not to be free.")
@click.option(
    "--sort",
    type=click.Choice([*SORTS, *(f"-{name}" for name in SORTS)]),
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


@models.command()
@provider_argument
@capability_argument
@click.argument("model_id", type=MODEL_ID)
@click.option("--name", "model_name", type=LINE, help="The model's display name. Default: its name in the list, else its id.")
@click.option("--free/--not-free", "is_free", default=None, help="Whether the model is free, if the list does not say.")
@click.option("--yes", is_flag=True, help="Do not ask, even if the list does not contain the model.")
@click.option("--listed-only", is_flag=True, help="Refuse a model that the list does not contain.")
def select(*, yes: bool, listed_only: bool, **options: object) -> None:
    """Select the active model. The previous one stays stored.

    A model may be selected that the provider's list does not contain, since new models appear before lists do. On a terminal the command asks first.
    """
    container = open_container()
    command = from_options(container, SelectBody, **options).command
    if listed_only or (not yes and sys.stdin is not None and sys.stdin.isatty()):
        _require_listed(container, command, may_ask=not listed_only)

    async def select_and_suggest(container: Container) -> tuple[SelectionResult, bool, str | None]:
        result, discovery = await container.selection().select(command, CLI_ACTOR), container.discovery()
        # Where no live list was read yet, the declared models are the list, as for --listed-only.
        is_unlisted = result.current.in_catalogue is False or await discovery.is_unlisted(command.slot, command.model_id)
        return result, is_unlisted, await discovery.nearest(command.slot, command.model_id) if is_unlisted else None

    result, is_unlisted, suggestion = writing(select_and_suggest, container)
    for line in _selected_lines(result):
        report(line)
    if is_unlisted:
        report_warning("the provider's list does not contain this model" + (f"; did you mean {suggestion!r}?" if suggestion else ""))


@models.command()
@provider_argument
@capability_argument
def deselect(provider: Slug, capability: CapabilityName) -> None:
    """Deselect the active model, which leaves the capability without one."""
    slot = Slot(provider, capability)

    async def deselect_and_warn(container: Container) -> StoredModelStatus | None:
        dependents = await container.dependents().of_slot(slot)
        previous = await container.selection().deselect(slot, CLI_ACTOR)
        if previous is not None:
            echo_dependents(dependents)
        return previous

    previous = writing(deselect_and_warn)
    outcome = f"deselected {previous.model.model_id}" if previous else "there was no active model"
    report(f"{provider} {capability}: {outcome}")


@models.command()
@provider_argument
@capability_argument
def rollback(provider: Slug, capability: CapabilityName) -> None:
    """Roll back the last selection: the previously active model becomes active again."""
    result = writing(lambda container: container.selection().roll_back(Slot(provider, capability), CLI_ACTOR))
    report(f"{provider} {capability}: {_rolled_back(result)}")


@models.command("list")
@click.option("--provider", type=SLUG, help="Only models of this provider.")
@click.option("--capability", type=CAPABILITY, help="Only models of this capability.")
@click.option("--active", "is_active", is_flag=True, default=None, flag_value=True, help="Only active models.")
@format_option
def list_models(form: str, **options: object) -> None:
    """List the stored models: all that were ever selected."""
    container = open_container()
    query = from_options(container, ModelsQuery, **options)
    nothing = "No model has been selected yet." if query == ModelsQuery() else "No stored model matches."
    stored = reading(lambda container: container.dashboard().models(query.filter), container)
    answer = models_response(stored, len(stored))
    if form == "json":
        echo_json(answer)
    else:
        lifecycles = [lifecycle_words(model["lifecycle"]) for model in answer["models"]]
        echo_table(*_with_column(LIFECYCLE, STORED, [_stored(model) for model in answer["models"]], lifecycles), otherwise=nothing)


models.add_command(changes)
models.add_command(slot_dependents)


def browse_lines(answer: BrowseResponse, query: BrowseQuery) -> Iterator[str]:
    """The list as a table, followed by its size and age."""
    if query.explain:
        offered = [(model["id"], model["name"], "yes", _reason(model)) for model in answer["models"]]
        excluded = [(model["id"], model["name"], "no", model["reason"]) for model in answer.get("excluded", [])]
        further = [*(further_price_words(model["pricing"]) for model in answer["models"]), *("" for _ in excluded)]
        yield table(*_with_column(FURTHER, EXPLAINED, [*offered, *excluded], further), otherwise=_nothing(answer, query))
    else:
        lifecycles = [lifecycle_words(model.get("lifecycle")) for model in answer["models"]]
        rows = [_offered(model) for model in answer["models"]]
        yield table(*_with_column(LIFECYCLE, OFFERED, rows, lifecycles), otherwise=_nothing(answer, query))
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


def _with_column(
    column: Column, columns: Sequence[Column], rows: Sequence[tuple[str, ...]], cells: Sequence[str]
) -> tuple[Sequence[Column], Sequence[tuple[str, ...]]]:
    """The table with one more column, where any model has something in it."""
    if not any(cells):
        return columns, rows
    return (*columns, column), [(*row, words) for row, words in zip(rows, cells, strict=True)]


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


def _rolled_back(result: RollbackResult) -> str:
    current, previous = (found.model.model_id if found else "none" for found in (result.current, result.previous))
    return f"restored {current} (was: {previous})"


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


def _require_listed(container: Container, command: SelectModel, *, may_ask: bool) -> None:
    """Asks where the list does not contain the model. Raises ClickException if it may not ask, Abort if the answer is no."""

    async def missing(container: Container) -> tuple[bool, str | None]:
        discovery = container.discovery()
        return await discovery.is_unlisted(command.slot, command.model_id), await discovery.nearest(command.slot, command.model_id)

    is_missing, near = reading(missing, open_container(container.settings()), reports_missing=False)
    if is_missing:
        slot = command.slot
        sentence = f"the list of {slot.provider} for {slot.capability} does not contain {command.model_id!r}"
        hint = f"; did you mean {near!r}?" if near else "."
        if not may_ask:
            raise click.ClickException(f"{sentence}{hint}")
        click.confirm(f"{sentence[0].upper()}{sentence[1:]}{hint} Select it nevertheless?", abort=True, err=True)


def _selected_lines(result: SelectionResult) -> list[str]:
    """What was selected."""
    current, slot = result.current, result.current.model.slot
    previous = result.previous.model.model_id if result.previous else None
    if previous == current.model.model_id:
        lines = [f"{slot.provider} {slot.capability}: {current.model.model_id} is already active"]
    else:
        name = "" if current.model.model_name == current.model.model_id else f" ({current.model.model_name})"
        lines = [f"{slot.provider} {slot.capability}: selected {current.model.model_id}{name}"]
        lines += [f"previous: {previous}"] if previous else []
    return lines
