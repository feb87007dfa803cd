"""`modeldesk providers capability`, `set-capability` and `remove-capability`: one capability of a provider, as REST shows, sets and removes it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import click
from attrs import evolve

from modeldesk.domain.errors import DeclarationInvalid, Malformed, RequestInvalid
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.dependents import Dependent
from modeldesk.domain.model.providers.model_differences import bounded_changes
from modeldesk.domain.model.providers.provider import Capability, CapabilityChange, Slot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.domain.services.import_plan import Update
from modeldesk.entrypoints.cli.arguments import FILE_OR_DASH, Offered, capability_argument, from_options, provider_argument
from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.dependents import echo_dependents
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo_json, report, report_warning
from modeldesk.entrypoints.cli.output_format import format_option, text_or_json_option
from modeldesk.entrypoints.cli.running import open_container, reading, writing
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.value_changes import change_text
from modeldesk.entrypoints.cli.wording import counted, yes_or_no
from modeldesk.entrypoints.commands.providers import CapabilityBody, CapabilityQuery
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.providers import capability_response, changed_capability_response, removed_capability_response

COLUMNS = (Column("field", is_whole=True), Column("value"))


def lost_options(command: Callable[..., None]) -> Callable[..., None]:
    """What allows a change to deselect models: whichever they are, or those that are named."""
    command = click.option(
        "--deselect",
        type=Offered("losses"),
        metavar="CAPABILITY:MODEL",
        multiple=True,
        help="Allow ending the capability only if this is its active model; may be repeated.",
    )(command)
    return click.option("--deactivate-lost", is_flag=True, help="Allow ending a capability with an active model; the model is deselected.")(
        command
    )


@click.command("capability", cls=Command)
@provider_argument
@capability_argument
@format_option
def show_capability(provider: Slug, capability: CapabilityName, form: str) -> None:
    """Show one capability as it is declared, with its models in their order.

    set-capability reads its JSON.
    """
    shown = reading(lambda container: container.store().current()).provider(provider)
    declared = shown.declared_capability(capability)
    if form == "json":
        echo_json(capability_response(shown, capability))
    else:
        echo_table(COLUMNS, list(_facts(declared)), otherwise="")


@click.command("set-capability", cls=Command)
@provider_argument
@capability_argument
@click.option("--file", "path", type=FILE_OR_DASH, required=True, help="The capability as JSON; - reads standard input.")
@lost_options
@text_or_json_option
def set_capability(provider: Slug, capability: CapabilityName, path: Path, form: str, **allowed: object) -> None:
    """Create a capability or replace it as a whole: description, fixed or live, patterns, models in their order.

    The file has the form of a declaration: {"supported": true, "models": ["small", "large"]}. Other capabilities stay. A file from
    "providers capability" also has the version of the provider, and is refused if the provider has changed since.
    """
    container = open_container()
    slot = Slot(provider, capability)
    new, expected = _read(container, path, slot)
    update = _changed(container, slot, new, expected, from_options(container, CapabilityQuery, **allowed))
    if form == "json":
        echo_json(changed_capability_response(update, capability))
        return
    outcome = "set" if update.changes else "is like this already"
    report(f"{provider} {capability}: {outcome} ({counted(len(new.models), 'model')})")
    for name, (old, changed) in bounded_changes(update.changes).items():
        report(f"  {name}: {change_text(old, changed)}")
    _report_lost(update)


@click.command("remove-capability", cls=Command)
@provider_argument
@capability_argument
@lost_options
@text_or_json_option
def remove_capability(provider: Slug, capability: CapabilityName, form: str, **allowed: object) -> None:
    """Remove a capability with its description, patterns and models. A provider without any capability offers every one, without a list."""
    container = open_container()
    update = _changed(container, Slot(provider, capability), None, None, from_options(container, CapabilityQuery, **allowed))
    if form == "json":
        echo_json(removed_capability_response(update, capability))
        return
    report(f"{provider} {capability}: removed")
    _report_lost(update)


def _changed(container: Container, slot: Slot, new: Capability | None, expected: int | None, query: CapabilityQuery) -> Update:
    """Changes the capability, and warns of programs that asked for a model that it deselects."""

    async def change(container: Container) -> tuple[Update, list[Dependent]]:
        changed = CapabilityChange(capabilities={slot.capability: new})
        update = await container.registration().change(
            slot.provider,
            changed,
            CLI_ACTOR,
            expected,
            deactivate_lost=query.deactivate_lost,
            confirmed=query.confirmed(slot.provider),
        )
        asked = [await container.dependents().of_slot(lost.slot) for lost in update.lost]
        return update, [dependent for of_slot in asked for dependent in of_slot]

    update, dependents = writing(change, container)
    echo_dependents(dependents)
    return update


def _report_lost(update: Update) -> None:
    for lost in update.lost:
        report_warning(f"⚠️  Model deselected: {lost.slot.provider} {lost.slot.capability}: {lost.model}")


def _read(container: Container, path: Path, slot: Slot) -> tuple[Capability, int | None]:
    """The capability, and the version of the provider that the file expects. Raises DeclarationInvalid with every problem of the file."""
    file = container.single_file(path)
    try:
        body: CapabilityBody = container.request_parser().file(file.declaration, CapabilityBody)
        return body.declared_for(slot), body.version
    except (Malformed, RequestInvalid) as error:
        problems = [error.problem] if isinstance(error, Malformed) else error.problems
        raise DeclarationInvalid([evolve(problem, file=file.shown) for problem in problems]) from None


def _facts(capability: Capability) -> Iterator[tuple[str, str]]:
    yield "supported", yes_or_no(capability.supported)
    yield "list", "live" if capability.has_dynamic_models else "fixed"
    if capability.description:
        yield "description", " ".join(capability.description.split())
    for name, patterns in (("include", capability.include), ("exclude", capability.exclude)):
        if patterns:
            yield name, ", ".join(patterns)
    yield "models", f"{len(capability.models):,}"
    for number, model in enumerate(capability.models, 1):
        yield f"{number:,}", model.id if model.display_name == model.id else f"{model.id} ({model.name})"
