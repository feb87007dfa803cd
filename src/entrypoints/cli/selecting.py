"""`modeldesk models select`, `deselect` and `rollback`: changes the active model."""

import sys

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.providers.provider import Slot
from modeldesk.domain.model.selection import RollbackResult, SelectionResult, SelectModel, StoredModelStatus
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.entrypoints.cli.arguments import LINE, MODEL_ID, capability_argument, from_options, provider_argument
from modeldesk.entrypoints.cli.dependents import echo_dependents
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import report, report_warning
from modeldesk.entrypoints.cli.running import open_container, reading, writing
from modeldesk.entrypoints.commands.models import SelectBody
from modeldesk.entrypoints.container import Container


@click.command(cls=Command)
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


@click.command(cls=Command)
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


@click.command(cls=Command)
@provider_argument
@capability_argument
def rollback(provider: Slug, capability: CapabilityName) -> None:
    """Roll back the last selection: the previously active model becomes active again."""
    result = writing(lambda container: container.selection().roll_back(Slot(provider, capability), CLI_ACTOR))
    report(f"{provider} {capability}: {_rolled_back(result)}")


def _rolled_back(result: RollbackResult) -> str:
    current, previous = (found.model.model_id if found else "none" for found in (result.current, result.previous))
    return f"restored {current} (was: {previous})"


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
    """The lines that say what was selected, and what was active before."""
    current, slot = result.current, result.current.model.slot
    previous = result.previous.model.model_id if result.previous else None
    if previous == current.model.model_id:
        lines = [f"{slot.provider} {slot.capability}: {current.model.model_id} is already active"]
    else:
        name = "" if current.model.model_name == current.model.model_id else f" ({current.model.model_name})"
        lines = [f"{slot.provider} {slot.capability}: selected {current.model.model_id}{name}"]
        lines += [f"previous: {previous}"] if previous else []
    return lines
