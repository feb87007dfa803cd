"""`modeldesk uses` and `modeldesk resolve`: the names that products ask for, and which model they get."""

from collections.abc import Iterator

import click
from attrs import evolve

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.use import UseName, use_name
from modeldesk.domain.model.values import texts
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.services.resolution import Resolution
from modeldesk.domain.services.uses import UseResult
from modeldesk.entrypoints.cli.arguments import SLUG, Ruled, from_options
from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.dependents import echo_dependents
from modeldesk.entrypoints.cli.groups import Command, InOrder
from modeldesk.entrypoints.cli.output import echo, echo_json, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container, reading, writing
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.wording import UNKNOWN, further_price_words, price_words, yes_or_no
from modeldesk.entrypoints.commands.uses import UseBody
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.uses import ResolveResponse, resolve_response, uses_response

COLUMNS = (
    Column("use", is_whole=True),
    Column("provider", is_whole=True),
    Column("capability", is_whole=True),
    Column("active model", is_whole=True),
    Column("fallbacks", dropped=1),
    Column("description", dropped=2, is_below=True),
    Column("version", is_number=True, dropped=3),
)
FACTS = (Column("field", is_whole=True), Column("value"))


def _slot_path(text: str) -> str:
    """A provider and a capability as `PROVIDER/CAPABILITY`. Raises InvalidValue."""
    provider, slash, capability = text.partition("/")
    if not slash:
        raise InvalidValue("slot-malformed")
    return Slot(texts.slug(provider), texts.capability_name(capability)).path


def _slot(path: str) -> Slot:
    provider, _, capability = path.partition("/")
    return Slot(Slug(provider), CapabilityName(capability))


SLOT = Ruled("slot", _slot_path, "slots")
USE = Ruled("use", use_name, "uses")
ASKED = Ruled("use", lambda text: _slot_path(text) if "/" in text else use_name(text), "uses_and_slots")
use_argument = click.argument("name", type=USE)


@click.group(cls=InOrder)
def uses() -> None:
    """Set, list and delete the names that products ask for."""


@uses.command("list")
@format_option
def list_uses(form: str) -> None:
    """List all uses, with the model that each runs on."""
    container = open_container()
    snapshot = reading(lambda container: container.store().current(), container)
    found = list(snapshot.uses.values())
    if form == "json":
        echo_json(uses_response(found, len(found)))
        return
    active = {use.name: snapshot.slot(use.slot).active or "none" for use in found}
    rows = [
        (
            use.name,
            use.provider,
            use.capability,
            active[use.name],
            ", ".join(use.fallbacks),
            " ".join(use.description.split()),
            str(use.version),
        )
        for use in found
    ]
    echo_table(COLUMNS, rows, otherwise="There are no uses.", advice="Set one: modeldesk uses set NAME PROVIDER/CAPABILITY")


@uses.command("set")
@use_argument
@click.argument("path", metavar="PROVIDER/CAPABILITY", type=SLOT)
@click.option("--fallback", "fallbacks", type=SLUG, multiple=True, metavar="PROVIDER", help="A further provider, in order; repeatable.")
@click.option("--no-fallbacks", is_flag=True, help="Drop the fallbacks that the use has.")
@click.option("--description", help="What the use is for.")
def set_use(*, name: UseName, path: str, fallbacks: tuple[str, ...], no_fallbacks: bool, description: str | None) -> None:
    """Create or re-point a use: products that ask for NAME get the active model of this provider and capability.

    What no option names stays as it is.
    """
    if fallbacks and no_fallbacks:
        raise click.UsageError("--no-fallbacks cannot be combined with --fallback")
    container, slot = open_container(), _slot(path)
    given = from_options(
        container, UseBody, provider=slot.provider, capability=slot.capability, description=description, fallbacks=fallbacks
    )

    async def put(container: Container) -> UseResult:
        use, before = given.named(name), (await container.store().current()).uses.get(name)
        if before is not None:
            kept = before.fallbacks if not fallbacks and not no_fallbacks else use.fallbacks
            use = evolve(use, description=before.description if description is None else use.description, fallbacks=kept)
        dependents = await container.dependents().of_use(name) if before is not None and before.slot != use.slot else ()
        result = await container.uses().put(use, CLI_ACTOR, expected=before.version if before is not None else 0)
        echo_dependents(dependents)
        return result

    report("\n".join(_set_lines(writing(put, container))))


@uses.command()
@use_argument
def delete(name: UseName) -> None:
    """Delete a use. Products that ask for it get no model any more."""

    async def delete_and_warn(container: Container) -> None:
        dependents = await container.dependents().of_use(name)
        await container.uses().delete(name, CLI_ACTOR)
        echo_dependents(dependents)

    writing(delete_and_warn)
    report(f"deleted the use {name}; modeldesk uses rollback {name} brings it back")


@uses.command()
@use_argument
def rollback(name: UseName) -> None:
    """Roll back the last change of a use, a deletion too."""
    result = writing(lambda container: container.uses().roll_back(name, CLI_ACTOR))
    current, previous = (f"{use.slot.path}" if use else "none" for use in (result.current, result.previous))
    report(f"{name}: restored {current} (was: {previous})")


@click.command(cls=Command)
@click.argument("asked", metavar="USE|PROVIDER/CAPABILITY", type=ASKED)
@click.option("--explain", is_flag=True, help="Show how the answer was found, step by step.")
@format_option
def resolve(*, asked: str, explain: bool, form: str) -> None:
    """Show which model is active for a use, or for a provider and capability."""

    async def found(container: Container) -> Resolution:
        resolver = container.resolver()
        outcome = await (resolver.of_slot(_slot(asked)) if "/" in asked else resolver.of_use(UseName(asked)))
        return outcome.require()

    answer = resolve_response(reading(found), explain=explain)
    if form == "json":
        echo_json(answer)
        return
    echo_table(FACTS, list(_facts(answer)), otherwise="")
    for number, step in enumerate(answer.get("explain", []), start=1):
        echo(f"{number}. {step}")


def _set_lines(result: UseResult) -> Iterator[str]:
    use, previous = result.current, result.previous
    assert use is not None  # noqa: S101 - setting a use leaves one
    if previous == use:
        yield f"the use {use.name} is like this already"
        return
    yield f"{'created' if previous is None else 'changed'} the use {use.name}: {use.slot.path}"
    if previous is not None and previous.slot != use.slot:
        yield f"previous: {previous.slot.path}"


def _facts(answer: ResolveResponse) -> Iterator[tuple[str, str]]:
    if answer["use"] is not None:
        yield "use", answer["use"]
    yield from (
        ("provider", answer["provider"]),
        ("capability", answer["capability"]),
        ("model", answer["model_id"]),
        ("name", answer["model_name"]),
        ("class", answer["provider_class"]),
        ("address", answer["base_url"] or "none"),
        ("context", UNKNOWN if answer["context_length"] is None else f"{answer['context_length']:,}"),
        ("price, US$ in / out", price_words(answer["pricing"])),
        *([("further prices, US$", further)] if (further := further_price_words(answer["pricing"])) else []),
        ("in list", yes_or_no(answer["in_catalogue"])),
        ("selected", answer["selected_at"]),
    )
    for fallback in answer["fallbacks"]:
        yield "fallback", f"{fallback['provider']}: {fallback['model_id']}"
