"""`modeldesk metadata`: shows and refreshes what is known of models beside vendors' own lists."""

from pathlib import Path

import click

from modeldesk.entrypoints.cli.arguments import FILE
from modeldesk.entrypoints.cli.columns import Column
from modeldesk.entrypoints.cli.groups import InOrder
from modeldesk.entrypoints.cli.output import echo_json, report
from modeldesk.entrypoints.cli.output_format import format_option
from modeldesk.entrypoints.cli.running import open_container, writing_beside
from modeldesk.entrypoints.cli.tables import echo_table
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.metadata import metadata_response

COLUMNS = (
    Column("source", is_whole=True),
    Column("date", is_whole=True),
    Column("vendors", is_number=True, dropped=1),
    Column("bytes", is_number=True, dropped=2),
    Column("read from"),
)


@click.group(cls=InOrder)
def metadata() -> None:
    """Show and refresh names, prices and context sizes of models."""


@metadata.command()
@format_option
def status(form: str) -> None:
    """Show each layer of metadata, the most trusted first. Declarations and vendors' own lists come before them."""
    answer = metadata_response(open_container().metadata_refresh().status())
    if form == "json":
        echo_json(answer)
        return
    rows = [
        (layer["source"], (layer["observed_at"] or "unknown")[:10], f"{layer['vendors']:,}", f"{layer['size']:,}", layer["origin"])
        for layer in answer["layers"]
    ]
    echo_table(COLUMNS, rows, otherwise="")


@metadata.command()
@click.option("--file", type=FILE, help="Lay this file over what is there, vendor by vendor.")
def refresh(file: Path | None) -> None:
    """Read the metadata anew, from MODELDESK_METADATA_URL or from a file in the format of models.dev.

    A broken or empty document changes nothing; nor does one from the address with less than half of the vendors.
    """
    data = open_container().metadata_file(file) if file is not None else b""

    async def change(container: Container) -> bool:
        if file is None:
            return await container.metadata_refresh().from_address()
        await container.metadata_refresh().from_file(data, str(file))
        return True

    # The metadata is a file beside the database: without one, nobody was answered by older metadata.
    is_new = writing_beside(change)
    if file is not None:
        report(f"📚 Laid {file} over the metadata")
    else:
        report("📚 Refreshed the metadata" if is_new else "📚 The metadata has not changed")
