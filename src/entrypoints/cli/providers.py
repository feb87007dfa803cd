"""`modeldesk providers`: lists, shows, enables and disables providers, and edits their capabilities."""

import json
from collections.abc import Iterator

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.keys.key_choice import KeyState
from modeldesk.domain.model.providers.ownership import owners
from modeldesk.domain.model.providers.provider import Capability, Provider
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.entrypoints.cli.arguments import provider_argument
from modeldesk.entrypoints.cli.capabilities import remove_capability, set_capability, show_capability
from modeldesk.entrypoints.cli.columns import Column, first_few
from modeldesk.entrypoints.cli.dependents import echo_dependents
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo_json, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container, reading, writing
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.wording import IMPORT_THEM, NO_PROVIDERS, counted, key_words, yes_or_no
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.providers import provider_response, providers_response, shown_provider_response

COLUMNS = (
    Column("provider", is_whole=True),
    Column("name", dropped=2),
    Column("capabilities", shorten=first_few),
    Column("class", is_whole=True, dropped=3),
    Column("order", is_number=True, dropped=4),
    Column("key"),
    Column("active"),
)


@click.group(cls=InOrder)
def providers() -> None:
    """List, show, enable and disable providers, and edit their capabilities."""


@providers.command("list")
@format_option
def list_providers(form: str) -> None:
    """List all providers in their order."""
    container = open_container()
    snapshot, states = reading(lambda container: container.store().current(), container), container.key_statuses()
    listed = [(provider, states.of_provider(provider, snapshot, CLI_ACTOR)) for provider in snapshot.providers.values()]
    if form == "json":
        echo_json(providers_response(listed, len(listed)))
    else:
        echo_table(COLUMNS, [_row(provider, key) for provider, key in listed], otherwise=NO_PROVIDERS, advice=IMPORT_THEM)


@providers.command()
@provider_argument
@format_option
def show(provider: Slug, form: str) -> None:
    """Show one provider with all its fields.

    The owner of a field is the file that was imported last, an admin who edited the field since, or sync: the vendor, whose list is read live.
    """
    container = open_container()
    snapshot = reading(lambda container: container.store().current(), container)
    shown = snapshot.provider(provider)
    key = container.key_statuses().of_provider(shown, snapshot, CLI_ACTOR)
    if form == "json":
        echo_json(shown_provider_response(shown, key))
    else:
        echo_table(
            (Column("field", is_whole=True), Column("value"), Column("owner", is_whole=True)), list(_facts(shown, key)), otherwise=""
        )


@providers.command()
@provider_argument
def enable(provider: Slug) -> None:
    """Enable a provider."""
    _set_active(provider, is_active=True)


@providers.command()
@provider_argument
def disable(provider: Slug) -> None:
    """Disable a provider. Its active models stay in their slots."""
    _set_active(provider, is_active=False)


providers.add_command(show_capability)
providers.add_command(set_capability)
providers.add_command(remove_capability)


def _set_active(provider: Slug, *, is_active: bool) -> None:
    async def set_and_warn(container: Container) -> bool:
        dependents = () if is_active else await container.dependents().of_provider(provider)
        changed = await container.registration().set_active(provider, is_active, CLI_ACTOR)
        if changed:
            echo_dependents(dependents)
        return changed

    changed = writing(set_and_warn)
    state = "enabled" if is_active else "disabled"
    report(f"{state} {provider}" if changed else f"{provider} is already {state}")


def _row(provider: Provider, key: KeyState) -> tuple[str, ...]:
    offered = [name for name, capability in provider.capabilities.items() if capability.supported]
    return (
        provider.slug,
        provider.display_name,
        ", ".join(offered) if provider.capabilities else "any",
        provider.provider_class,
        str(provider.sort_order),
        key_words(key),
        yes_or_no(provider.is_active),
    )


def _facts(provider: Provider, key: KeyState) -> Iterator[tuple[str, str, str]]:
    """Each field with its value and its owner."""
    whose = {name: owner.value for name, owner in owners(provider).items()}
    for name, value in provider_response(provider, key).items():
        if isinstance(value, dict) and name != "capabilities":
            yield from ((f"{name}.{key}", _words(entry), whose.get(name, "")) for key, entry in value.items())
        elif name != "capabilities":
            yield name, _words(value), whose.get(name, "")
    for path, owner in whose.items():
        match path.split("."):
            case ["capabilities", capability]:
                yield path, _declared(provider.capabilities.get(CapabilityName(capability))), owner
            case ["capabilities", _, _]:
                yield path, "listed live by the vendor", owner


def _words(value: object) -> str:
    if isinstance(value, bool):
        return yes_or_no(value)
    return " ".join(value.split()) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _declared(capability: Capability | None) -> str:
    if capability is None:
        return "removed"
    if not capability.supported:
        return "not supported"
    models = counted(len(capability.models), "model")
    if not capability.has_dynamic_models:
        return models
    return f"live list, {models} joined" if capability.models else "live list"
