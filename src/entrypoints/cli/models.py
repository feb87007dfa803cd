"""`modeldesk models`: what there is to choose from, and what is in use."""

from collections.abc import Iterator

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.query import SORTS, CatalogueQuery, sort_name
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import RollbackResult, SelectionResult, SelectModel
from modeldesk.domain.model.values.texts import CapabilityName, ModelId, SingleLineText, Slug
from modeldesk.domain.services.dashboard import ModelFilter
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
    format_option,
    provider_argument,
)
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import counting_line, echo, say_json
from modeldesk.entrypoints.cli.running import reading, writing
from modeldesk.entrypoints.cli.tables import Column, say_table, table
from modeldesk.entrypoints.cli.wording import UNKNOWN, counted, price_words, yes_or_no
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.models import BrowseResponse, ModelResponse, StoredModelResponse, browse_response, models_response

OFFERED = (
    Column("model", is_id=True),
    Column("name"),
    Column("free"),
    Column("price, US$ in / out"),
    Column("context", is_number=True),
    Column("in use"),
)
EXPLAINED = (Column("model", is_id=True), Column("name"), Column("offered"), Column("why"))
STORED = (
    Column("provider", is_id=True),
    Column("capability", is_id=True),
    Column("model", is_id=True),
    Column("name"),
    Column("in use"),
    Column("free"),
    Column("price, US$ in / out"),
    Column("in list"),
    Column("selected"),
    Column("by"),
)


@click.group(cls=InOrder)
def models() -> None:
    """Browse what there is, and choose what is in use."""


@models.command()
@provider_argument
@capability_argument
@click.option("--search", metavar="TEXT", help="Only models whose id or name holds all these words.")
@click.option("--free/--not-free", default=None, help="Only models that are known to be free, or known not to be.")
@click.option(
    "--sort",
    type=click.Choice([*SORTS, *(f"-{name}" for name in SORTS)]),
    metavar="[-]" + "|".join(SORTS),
    help="Ascending, or with - before it descending; without it, in the order of the list.",
)
@click.option("--limit", type=click.IntRange(min=1), help="At most this many.")
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Skip this many at the beginning.")
@click.option("--refresh", is_flag=True, help="Ask the vendor anew, however fresh the list is.")
@click.option("--accept", is_flag=True, help="With --refresh: take a list that shrank by half or more for what it is.")
@click.option("--as", "spender", type=ADMIN_NAME, metavar="ADMIN", help="Spend this admin's own key, and show their own list.")
@click.option("--explain", is_flag=True, help="Say why each model is offered or left out, and where its facts come from.")
@format_option
def browse(
    *,
    provider: Slug,
    capability: CapabilityName,
    search: str | None,
    free: bool | None,
    sort: str | None,
    limit: int | None,
    offset: int,
    refresh: bool,
    accept: bool,
    spender: str | None,
    explain: bool,
    form: str,
) -> None:
    """List what a provider offers for a capability.

    A live list that is old is waited for; where the vendor fails, the last good one is shown.
    """
    if accept and not refresh:
        raise click.UsageError("--accept goes with --refresh")
    slot, patience = Slot(provider, capability), RefreshMode.FORCE if refresh else RefreshMode.WAIT_IF_STALE
    query = CatalogueQuery(search, free, sort_name(sort) if sort else None, limit, offset)
    with counting_line(lambda pages, models: f"📥 {counted(pages, 'page')}, {counted(models, 'model')}") as progress:

        async def listed(desk: Container) -> SlotCatalogue:
            actor = actor_for_admin(spender, await desk.store().current()) if spender is not None else CLI_ACTOR
            return await desk.discovery().listing(slot, actor, patience, is_accepted=accept, progress=progress)

        listing = reading(listed)
    answer = browse_response(listing, query, explain=explain)
    if form == "json":
        say_json(answer)
    else:
        echo("\n".join(browse_lines(answer, query, explain=explain)))


@models.command()
@provider_argument
@capability_argument
@click.argument("model_id", type=MODEL_ID)
@click.option("--name", type=LINE, help="What to call it; without it, its name in the list, else its id.")
@click.option("--free/--not-free", default=None, help="Whether it is free, where the list does not say.")
def select(*, provider: Slug, capability: CapabilityName, model_id: ModelId, name: SingleLineText | None, free: bool | None) -> None:
    """Put a model in use; the one before stays stored."""
    wish = SelectModel(Slot(provider, capability), model_id, name, free)

    async def chosen(desk: Container) -> tuple[SelectionResult, str | None]:
        selected = await desk.selection().select(wish, CLI_ACTOR)
        return selected, await desk.discovery().nearest(wish.slot, model_id) if selected.current.in_catalogue is False else None

    for line in _selected_lines(*writing(chosen)):
        echo(line)


@models.command()
@provider_argument
@capability_argument
def deselect(provider: Slug, capability: CapabilityName) -> None:
    """Leave a capability without a model in use."""
    previous = writing(lambda container: container.selection().deselect(Slot(provider, capability), CLI_ACTOR))
    was = f"{previous.model.model_id} is no longer in use" if previous else "nothing was in use"
    echo(f"{provider} {capability}: {was}")


@models.command()
@provider_argument
@capability_argument
def rollback(provider: Slug, capability: CapabilityName) -> None:
    """Take the last choice back: what was in use before it is in use again."""
    done = writing(lambda container: container.selection().roll_back(Slot(provider, capability), CLI_ACTOR))
    echo(f"{provider} {capability}: {_rolled_back(done)}")


@models.command("list")
@click.option("--provider", type=SLUG, help="Only this provider's.")
@click.option("--capability", type=CAPABILITY, help="Only those of this capability.")
@click.option("--active", is_flag=True, help="Only those in use.")
@format_option
def list_models(*, provider: Slug | None, capability: CapabilityName | None, active: bool, form: str) -> None:
    """List the models that were ever selected."""
    wanted = ModelFilter(provider, capability, is_active=True if active else None)
    nothing = "No model has been selected yet." if wanted == ModelFilter() else "No selected model matches."
    stored = reading(lambda container: container.dashboard().models(wanted))
    answer = models_response(stored, len(stored))
    if form == "json":
        say_json(answer)
    else:
        say_table(STORED, [_stored(model) for model in answer["models"]], otherwise=nothing)


def browse_lines(answer: BrowseResponse, query: CatalogueQuery, *, explain: bool) -> Iterator[str]:
    """The list as a table, and under it how many there are and how old it is."""
    if explain:
        offered = [(model["id"], model["name"], "yes", _why(model)) for model in answer["models"]]
        left_out = [(model["id"], model["name"], "no", model["reason"]) for model in answer.get("excluded", [])]
        yield table(EXPLAINED, [*offered, *left_out], otherwise=_nothing(answer, query))
    else:
        yield table(OFFERED, [_offered(model) for model in answer["models"]], otherwise=_nothing(answer, query))
    if answer["models"]:
        yield f"{answer['count']:,} of {counted(answer['total'], 'model')}"
    if answer["fetched_at"] is not None:
        yield f"read from the vendor at {answer['fetched_at']} ({answer['source']})"
    if "failure" in answer:
        yield f"⚠️  the last refresh failed: {answer['failure']}"
    if "waiting" in answer:
        yield f"⚠️  the vendor's list shrank to {counted(answer['waiting'], 'model')}; --refresh --accept takes it as it is"


def _why(model: ModelResponse) -> str:
    filled = model.get("sources", {})
    return model.get("reason", "") + (f"; {', '.join(filled)} from {next(iter(filled.values()))}" if filled else "")


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


def _nothing(answer: BrowseResponse, query: CatalogueQuery) -> str:
    if answer["total"]:
        return f"There are only {counted(answer['total'], 'model')}."
    if query.search is None and query.free is None:
        return f"{answer['provider']} lists no models for {answer['capability']}."
    return f"No model of {answer['provider']} for {answer['capability']} matches."


def _rolled_back(done: RollbackResult) -> str:
    was = done.previous.model.model_id if done.previous else None
    if done.current is None:
        return "no model is in use now" + (f", as before {was} was chosen" if was else "")
    return f"{done.current.model.model_id} is in use again" + (f", in place of {was}" if was else "; no model was")


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


def _selected_lines(selected: SelectionResult, meant: str | None) -> list[str]:
    """`meant` is what the list holds in place of a model that it does not, if that looks like a slip."""
    now, slot = selected.current, selected.current.model.slot
    before = selected.previous.model.model_id if selected.previous else None
    if before == now.model.model_id:
        lines = [f"{slot.provider} {slot.capability}: {now.model.model_id} was already in use"]
    else:
        name = "" if now.model.model_name == now.model.model_id else f" ({now.model.model_name})"
        lines = [f"{slot.provider} {slot.capability}: {now.model.model_id}{name} is now in use"]
        lines += [f"before: {before}"] if before else []
    if now.in_catalogue is False:
        lines.append("the provider's list does not hold this model" + (f"; did you mean {meant!r}?" if meant else ""))
    return lines
