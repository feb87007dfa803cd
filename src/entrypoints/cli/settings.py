"""`modeldesk settings`: shows every setting, its value, and where it comes from."""

from pathlib import Path
from typing import Any

import click

from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.output import echo, echo_err, echo_json
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container
from modeldesk.entrypoints.cli.start_notes import open_to_others
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.setting_descriptions import DESCRIPTIONS
from modeldesk.entrypoints.setting_sources import PREFIX, given_settings
from modeldesk.entrypoints.settings import validated

HIDDEN = "****"
ADDRESSES = ("DATABASE_URL", "REDIS_URL", "OUTBOUND_PROXY", "METADATA_URL")
"""Their passwords are hidden."""


@click.command(cls=Command)
@format_option
def settings(form: str) -> None:
    """Show every setting, its value, and where it comes from. Secrets are hidden."""
    given = given_settings()
    container = open_container(validated(given, Path.cwd()))
    rows = [
        {
            "name": PREFIX + setting.name,
            "value": shown(setting.name, given.values[setting.name]) if setting.name in given.values else None,
            "default": setting.default.replace("`", ""),
            "source": given.sources.get(setting.name, "default"),
        }
        for setting in DESCRIPTIONS
    ]
    answer = {"home": str(container.settings().home.absolute()), "files": files_read(container), "settings": rows}
    if form == "json":
        echo_json(answer)
        return
    echo_table((Column("setting", is_whole=True), Column("value"), Column("source")), [_row(row) for row in rows], otherwise="")
    echo(f"home: {answer['home']}")
    for file in answer["files"]:
        echo(f"reads: {file}")
    for line in open_to_others(container.settings()):
        echo_err(line)


def shown(name: str, value: str) -> str:
    """The value without secrets. Of an address, everything before the last @ and everything in the query may be a password."""
    if name == "MASTER_KEY":
        return HIDDEN
    if name not in ADDRESSES:
        return value
    scheme, separator, rest = value.partition("://")
    _, at, place = rest.rpartition("@")
    place, mark, _ = place.partition("?")
    return f"{scheme}{separator}{HIDDEN + at if at else ''}{place}{mark + HIDDEN if mark else ''}"


def files_read(container: Container) -> list[str]:
    """The files that commands read: the `.env`, the declaration of an import, the master key, the certificate authorities."""
    settings = container.settings()
    key = settings.master_key_file or settings.home / "master.key"
    candidates = (
        settings.dotenv,
        container.declaration_file(None).path,
        None if settings.master_key else key,
        settings.ca_file,
    )
    return [str(file.absolute()) for file in candidates if file is not None and file.exists()]


def _row(row: dict[str, Any]) -> tuple[str, str, str]:
    return row["name"], row["default"] if row["value"] is None else row["value"], row["source"]
