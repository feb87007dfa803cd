"""`modeldesk overview` and `modeldesk cache`: shows the overview, and clears cached lists."""

from collections.abc import Iterator

import click

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.values.texts import Slug
from modeldesk.entrypoints.cli.arguments import SLUG
from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.groups import Command, InOrder
from modeldesk.entrypoints.cli.output import echo, echo_json, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import reading, writing
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.cli.wording import IMPORT_THEM, NO_PROVIDERS, counted
from modeldesk.entrypoints.responses.overview import CapabilityOverviewResponse, OverviewResponse
from modeldesk.entrypoints.responses.serializer import serialize

COLUMNS = (
    Column("provider", is_whole=True),
    Column("name", dropped=1),
    Column("capability", is_whole=True),
    Column("models", is_number=True, dropped=2),
    Column("active", is_whole=True),
)


NOTHING_ACTIVE = "No model is active yet."
SELECT_ONE = "Select one: modeldesk models select PROVIDER CAPABILITY MODEL_ID"


@click.command(cls=Command)
@click.option("--all", "shows_all", is_flag=True, help="Also the capabilities without an active model.")
@format_option
def overview(form: str, *, shows_all: bool) -> None:
    """Show the active models and the warnings of all providers."""
    answer = serialize(OverviewResponse, reading(lambda container: container.dashboard().overview()))
    if form == "json":
        echo_json(answer)
    else:
        report(_totals(answer))
        rows = list(_rows(answer))
        shown = rows if shows_all else [row for row in rows if row[-1]]
        if rows:
            report("")
        otherwise, advice = (NOTHING_ACTIVE, SELECT_ONE) if rows else (NO_PROVIDERS, IMPORT_THEM)
        echo_table(COLUMNS, shown, otherwise=otherwise, advice=advice)
        if hidden := len(rows) - len(shown):
            report(f"{hidden:,} more {'row' if hidden == 1 else 'rows'} without an active model; --all shows them")
        for line in _warning_lines(answer, shows_all=shows_all):
            echo(line)


@click.group(cls=InOrder)
def cache() -> None:
    """Clear the cached lists of models."""


@cache.command()
@click.option("--provider", type=SLUG, help="Only the lists of this provider.")
def clear(provider: Slug | None) -> None:
    """Clear the cached lists of models, also those of running servers."""
    writing(lambda container: container.discovery().clear(provider, CLI_ACTOR))
    report(f"🧹 Cleared the cached lists of {provider or 'all providers'}, also those of running servers")


def _warning_lines(answer: OverviewResponse, *, shows_all: bool) -> Iterator[str]:
    """One line for equal warnings about several capabilities of a provider. Vendors that nobody has selected draw none, unless all are shown."""
    grouped: dict[tuple[str, str], list[str]] = {}
    active = {
        (provider["slug"], name)
        for provider in answer["providers"]
        for name, state in provider["capabilities"].items()
        if state["active_model"]
    }
    for warning in answer["warnings"]:
        if not shows_all and (warning["provider"], warning["capability"]) not in active:
            continue
        grouped.setdefault((warning["provider"], warning["message"]), []).append(warning["capability"])
    for (provider, message), capabilities in grouped.items():
        yield f"⚠️  {provider} {', '.join(capabilities)}: {message}"


def _totals(answer: OverviewResponse) -> str:
    totals = answer["totals"]
    providers = f"{counted(totals['providers'], 'provider')}, {totals['active_providers']:,} active"
    return f"{providers} · {counted(totals['models'], 'stored model')}, {totals['active_models']:,} active"


def _rows(answer: OverviewResponse) -> Iterator[tuple[str, ...]]:
    """One row for each capability that is supported or has an active model, or one for a provider without any."""
    for provider in answer["providers"]:
        slug, name = provider["slug"], provider["display_name"] if provider["is_active"] else f"{provider['display_name']} (disabled)"
        shown = {key: value for key, value in provider["capabilities"].items() if value["supported"] or value["active_model"]}
        for capability, state in shown.items():
            yield slug, name, capability, _model_count(state), state["active_model"]["model_id"] if state["active_model"] else ""
        if not shown:
            yield slug, name, "any" if not provider["capabilities"] else "none", "", ""


def _model_count(state: CapabilityOverviewResponse) -> str:
    count = "" if state["model_count"] is None else f"{state['model_count']:,}"
    return f"{count} live".strip() if state["has_dynamic_models"] else count
