"""The peer's harness with further targets: Modeldesk and the peer on PostgreSQL, and another checkout of Modeldesk.

    python bench/harness.py PEER TARGETS.json http --targets peer_django,new,new_postgresql …

What follows the two files are the words of the harness's `run.py`. TARGETS.json maps each further name to `{"bin": FOLDER, "bench": FOLDER,
"database": "sqlite" or "postgresql"}`; without `bin` it is the peer. The databases are made on the server of BENCH_POSTGRESQL, and dropped at the
end.
"""

import json
import os
import pathlib
import sys
import tempfile
from contextlib import ExitStack
from typing import Any

from sqlalchemy import make_url

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
FIRST_PORT = 18300
FIRST_ANSWERS = 16
"""Connections, so that hardly a worker is left out."""

PEER_ON_POSTGRESQL = """\
from settings import *
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None, **PLACE}}
"""
"""Its own settings, with connections that stay open, as on SQLite."""


def main() -> None:
    peer, targets, *words = sys.argv[1:]
    sys.path.insert(0, peer)
    import run

    further = json.loads(pathlib.Path(targets).read_text())
    with ExitStack() as ending:
        made_by_the_peer = run.make_targets
        run.make_targets = lambda project: {**made_by_the_peer(project), **made(run, further, ending)}
        run.wrk = after_first_answers(run)
        sys.argv[1:] = words
        run.main()


def after_first_answers(run: Any) -> Any:
    """The harness's `wrk`, which first asks until each worker has answered: reading a live list for the first time takes half a second of CPU.

    The harness warms up for a second, which a busy machine may spend without one answer; the sample would then show the first reading.
    """
    measure, asked = run.wrk, set[tuple[str, str]]()

    def measured(target: Any, name: str, *given: Any) -> Any:
        if name != "select" and (target.name, name) not in asked:
            asked.add((target.name, name))
            for _ in range(FIRST_ANSWERS):
                run.get(target.port, target.paths[name], target.headers, 60)
        return measure(target, name, *given)

    return measured


def made(run: Any, further: dict[str, dict[str, str]], ending: ExitStack) -> dict[str, Any]:
    kinds = {name: _modeldesk(run, ending) if "bin" in spec else _peer(run, ending) for name, spec in further.items()}
    ports = {name: FIRST_PORT + number for number, name in enumerate(further)}
    return {name: lambda name=name, spec=spec: kinds[name](name, ports[name], spec) for name, spec in further.items()}


def database(ending: ExitStack) -> str:
    """A new one, which is empty."""
    from tests.support.servers import fresh_database

    return ending.enter_context(fresh_database(os.environ["BENCH_POSTGRESQL"]))


def _modeldesk(run: Any, ending: ExitStack) -> Any:
    class Modeldesk(run.Project):  # type: ignore[misc] # the harness has no types
        def __init__(self, name: str, port: int, spec: dict[str, str]) -> None:
            super().__init__(name, port, commands(spec))
            self.database = spec["database"]

        def setenv(self, work: pathlib.Path, name: str) -> None:
            super().setenv(work, name)
            self.env["MODELDESK_DATABASE_URL"] = database(ending) if self.database == "postgresql" else f"sqlite:///{self.env['BENCH_DB']}"
            self.env["MODELDESK_HOME"] = str(work)

    return Modeldesk


def commands(spec: dict[str, str]) -> dict[str, object]:
    """How the harness runs a checkout of Modeldesk."""
    modeldesk = f"{spec['bin']}/modeldesk"
    imports = f"{modeldesk} import-providers --file {{file}}"
    return {
        "cwd": tempfile.gettempdir(),
        "prepare": [f"{modeldesk} db upgrade", imports],
        "session": f"{spec['bin']}/python {spec['bench']}/prepare.py",
        "serve": f"{modeldesk} serve --port {{port}} --workers {{workers}}",
        "import_prepare": [f"{modeldesk} db upgrade"],
        "imports": {"create": imports, "again": imports, "dry-run": f"{imports} --dry-run", "force": f"{imports} --force"},
        "env": {"MODELDESK_ALLOWED_HOSTS_OUTBOUND": "127.0.0.1:18199"},
    }


def _peer(run: Any, ending: ExitStack) -> Any:
    class PeerOnPostgresql(run.Django):  # type: ignore[misc] # the harness has no types
        def __init__(self, name: str, port: int, spec: dict[str, str]) -> None:
            super().__init__(name, port, "django", "gunicorn")

        def prepare(self, work: pathlib.Path, nproviders: int) -> None:
            url = make_url(database(ending))
            place: dict[str, object] = {"NAME": url.database, "USER": url.username, "PASSWORD": url.password, "PORT": url.port}
            place["HOST"] = url.query.get("host") or url.host
            (work / "peer_on_postgresql.py").write_text(
                f"PLACE = { {name: value for name, value in place.items() if value} }\n{PEER_ON_POSTGRESQL}"
            )
            self.env = {
                "DJANGO_SETTINGS_MODULE": "peer_on_postgresql",
                "PYTHONPATH": str(work),
                "PEER_VENDOR_DIR": str(run.DATA),
            }
            self.call("migrate", "-v0")
            self.call("import_providers", "--file", str(run.DATA / f"providers-{nproviders}.json"))
            self.headers = {"Cookie": f"admin_session_id={self.call('bench_prepare')}"}

    return PeerOnPostgresql


if __name__ == "__main__":
    main()
