"""`modeldesk serve`: brings an empty desk into a state in which it can be used, says where to go, and serves."""

import gc

import click
from attrs import evolve

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.entrypoints.cli.importing import declared_providers
from modeldesk.entrypoints.cli.output import echo
from modeldesk.entrypoints.cli.running import open_container, run_creating
from modeldesk.entrypoints.cli.wording import counted
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.settings import DEFAULT_HOST, DEFAULT_PORT, LAST_PORT, Settings, load_settings


@click.command()
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, LAST_PORT), default=DEFAULT_PORT, show_default=True, help="The port to listen on.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="How many worker processes.")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, workers: int) -> None:
    """Start the server."""
    from modeldesk.entrypoints.api.serving import must_be_free  # noqa: PLC0415 - takes a while, which --help need not wait for
    from modeldesk.entrypoints.api.serving import serve as serve_api  # noqa: PLC0415

    settings = evolve(load_settings(), host=host, port=port)
    must_be_free(host, port)  # before an address is told at which somebody else answers
    container = open_container(settings)
    container.vault()  # a key file of our own that cannot be used stops the start, not the first who needs it
    snapshot, token = run_creating(opened, container)
    echo("\n".join(welcome(settings, snapshot, token)))
    gc.enable()
    serve_api(settings, workers, debug=ctx.find_root().params["debug"])


async def opened(container: Container) -> tuple[Snapshot, str | None]:
    """The desk as it will be served, and where it has no admin yet, the token by which the first one is made."""
    return await ensure_seeded(container), await container.initial_setup().new_token()


async def ensure_seeded(container: Container) -> Snapshot:
    """The desk as it will be served; one without any provider gets those of the declaration first."""
    container.list_cache()  # as a missing driver does
    desk = container.store()
    if (await desk.current()).providers:
        return await desk.current()
    declared = declared_providers(container)
    plan = await container.registration().register(declared, ImportOptions(), CLI_ACTOR)
    echo(f"📦 Imported {counted(len(plan.created), 'provider')}")
    return await desk.current()


def welcome(settings: Settings, snapshot: Snapshot, token: str | None = None) -> list[str]:
    """Where to go, and how to get in. The token is told here, and never again."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = settings.public_url or f"http://{host}:{settings.port}"
    lines = [
        f"Modeldesk serves at {address}",
        f"  panel     {address}/admin/",
        f"  REST      {address}/api/admin/",
        f"  document  {address}/schema",
    ]
    if not any(admin.is_active for admin in snapshot.access.admins.values()):
        lines.append("Nobody may sign in yet; modeldesk admin create NAME makes an admin")
    if token is not None:
        lines += [
            "Or in a browser, once and within an hour:",
            f"  set-up    {address}/admin/setup?token={token}",
        ]
    return lines
