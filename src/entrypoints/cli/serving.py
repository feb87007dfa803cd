"""`modeldesk serve`: prepares an empty database, prints the URLs, and starts the server."""

from collections.abc import Callable

import click
from attrs import evolve

from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.snapshot import Snapshot
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.entrypoints.cli.groups import Command
from modeldesk.entrypoints.cli.interrupts import interrupts_end_at_once
from modeldesk.entrypoints.cli.output import echo_err, note, report
from modeldesk.entrypoints.cli.running import open_container, run_creating
from modeldesk.entrypoints.cli.start_notes import dotenv_notes, master_key_notes, open_to_others
from modeldesk.entrypoints.cli.wording import counted
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.optional_packages import hidden, postpone
from modeldesk.entrypoints.own_addresses import is_wildcard
from modeldesk.entrypoints.settings import DEFAULT_HOST, DEFAULT_PORT, LAST_PORT, Settings, is_loopback, load_settings


@click.command(cls=Command)
@click.option("--host", default=DEFAULT_HOST, show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, LAST_PORT), default=DEFAULT_PORT, show_default=True, help="The port to listen on.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True, help="The number of worker processes.")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, workers: int) -> None:
    """Start the server.

    Without providers in the database it upgrades the schema and imports the declaration first. Everything else is set by variables of the environment, or
    by a .env in the working folder; `modeldesk settings` lists them. The most usual are MODELDESK_HOME (where the database and the master key are),
    MODELDESK_DATABASE_URL (PostgreSQL), MODELDESK_REDIS_URL (a cache for several machines), MODELDESK_PUBLIC_URL and MODELDESK_TRUSTED_PROXIES (behind a
    TLS proxy).
    """
    with interrupts_end_at_once():
        code = start(host, port, workers, debug=ctx.find_root().params["debug"])
    if code:
        ctx.exit(code)


def start(host: str, port: int, workers: int, *, debug: bool) -> int:
    """Prepares the database and serves until a signal. Returns the exit code. Raises InvalidValue if the port cannot be used."""
    from modeldesk.entrypoints.server.allocation import return_large_blocks, share_one_arena  # noqa: PLC0415 - slow imports that --help does not need
    from modeldesk.entrypoints.server.listening import listening  # noqa: PLC0415 - as above

    share_one_arena()  # before there is a second thread
    return_large_blocks()
    serve_api = imported_server()
    settings = evolve(load_settings(), host=host, port=port, workers=workers)
    with listening(host, port, workers) as sockets:  # first of all: nothing is made for a port that another program has
        for line in proxy_advice(settings):
            echo_err(line)
        container = open_container(settings)
        container.vault()  # an unusable key file stops the start, instead of the first request that needs it
        (snapshot, token), missing = run_creating(_opened_with_notes, container, say=report)
        for line in dotenv_notes(settings):
            note(line)
        for line in [*open_to_others(settings), *missing]:  # after a missing home was made
            echo_err(line)

        def announce() -> None:
            report("\n".join(welcome(settings, snapshot, token)))

        return serve_api(settings, snapshot.providers, sockets, announce, debug=debug)


def imported_server() -> Callable[..., int]:
    """The function that serves. Litestar imports packages for what Modeldesk does not offer: a format of the OpenAPI document, debuggers, and pages for them."""
    postpone("yaml")
    postpone("pdb")
    postpone("html", "escape")  # which reads a table of two thousand names
    with hidden("annotated_types"):
        import litestar  # noqa: F401, PLC0415 - as below
    from modeldesk.entrypoints.server.serving import serve as serve_api  # noqa: PLC0415 - slow imports that --help does not need

    return serve_api


async def opened(container: Container) -> tuple[Snapshot, str | None]:
    """The first snapshot, and the set-up token if there is no admin yet."""
    return await ensure_seeded(container), await container.initial_setup().new_token()


async def _opened_with_notes(container: Container) -> tuple[tuple[Snapshot, str | None], list[str]]:
    """What `opened` returns, and warnings about missing master keys."""
    return await opened(container), await master_key_notes(container)


async def ensure_seeded(container: Container) -> Snapshot:
    """The first snapshot. Imports the declaration if the database has no provider."""
    container.list_cache()  # a missing Redis driver stops the start
    store = container.store()
    if (await store.current()).providers:
        return await store.current()
    from modeldesk.entrypoints.cli.importing import read_declaration  # noqa: PLC0415 - only an empty database needs it

    declared = read_declaration(container)
    plan = await container.registration().register(declared.providers, ImportOptions(), CLI_ACTOR, uses=declared.uses)
    if plan.skipped:
        return await store.current()  # another instance that started at the same moment has imported it, and says so
    found = container.declaration_file(None)
    place = f" from {found.path.absolute()}" if found.in_folder else ""
    report(f"📦 Imported {counted(len(plan.created), 'provider')}{place}")
    return await store.current()


def welcome(settings: Settings, snapshot: Snapshot, token: str | None = None) -> list[str]:
    """The server's URLs, and how to create the first admin. This is the only output of the set-up token."""
    others = () if settings.public_url else settings.bind_urls[1:] if is_wildcard(settings.host) else ()
    url = settings.public_url or settings.bind_urls[0]
    lines = [
        f"Modeldesk serves at {url}",
        f"  panel          {url}/admin/",
        f"  REST           {url}/api/admin/",
        f"  API reference  {url}/schema",
        *([f"Browsers may also use: {', '.join(others)}"] if others else []),
    ]
    if not any(admin.is_active for admin in snapshot.access.admins.values()):
        lines.append("No admin yet. Create one: modeldesk admin create NAME")
    if token is not None:
        lines += [
            "Or in a browser, once and within an hour:",
            f"  set-up         {url}/admin/setup?token={token}",
        ]
    return lines


def proxy_advice(settings: Settings) -> list[str]:
    """What is missing where other machines can reach the server itself; nothing on loopback, or where the proxy is named."""
    if is_loopback(settings.host) or (settings.public_url and settings.trusted_proxies):
        return []
    if settings.public_url:
        return ["Warning: MODELDESK_TRUSTED_PROXIES is not set: behind a proxy, all clients have its address, and one can make all wait."]
    if settings.trusted_proxies:
        return ["Warning: MODELDESK_PUBLIC_URL is not set: forms from the address that browsers see behind the proxy are refused."]
    cookie = "the sign-in cookie is sent over https only, so nobody can sign in from there" if settings.secure_cookie else "so do cookies"
    return [
        f"Warning: other machines reach {settings.host or 'all addresses'} without TLS: passwords and keys travel unencrypted; {cookie}.",
        "  Put a proxy in front that brings TLS, deadlines for slow clients, and X-Forwarded-For with the client's address.",
        "  Name it in MODELDESK_TRUSTED_PROXIES, and its address in MODELDESK_PUBLIC_URL: docs/how-to/deploy.md",
    ]
