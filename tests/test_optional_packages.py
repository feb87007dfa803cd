"""What a server imports: only packages that the program needs, also where the tools of developers are installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from modeldesk.entrypoints.optional_packages import hidden
from tests.support.preloaded import modeldesk

PROGRAM = """
import sys
from modeldesk.entrypoints.cli.serving import imported_server
imported_server()
from modeldesk.entrypoints.server.serving import application
from modeldesk.entrypoints.settings import load_settings
application(load_settings({}))
print("loaded:", *sorted({name.partition(".")[0] for name in sys.modules}))
print("modules:", *sorted(sys.modules))

import asyncio
from modeldesk.entrypoints.cli.running import open_container, run_creating
from modeldesk.entrypoints.cli.serving import opened
snapshot, _ = run_creating(opened, open_container())
made = application(load_settings(), snapshot.providers)
before = set(sys.modules)

async def start():
    async with made.lifespan():
        await asyncio.sleep(0)

asyncio.run(start())
print("new:", *sorted(set(sys.modules) - before))
"""
OF_COMMANDS = {"rich", "pygments", "alembic", "mako", "dotenv", "setproctitle"}
OF_POSTGRESQL = {"greenlet", "asyncpg"}
OF_SECRETS = {"cryptography"}
OF_FIRST_USES = {"argon2", "babel", "jinja2", "httpx2", "httpcore2", "h11", "stamina", "tenacity", "idna", "truststore"}
OF_PYTHON = {"bdb", "difflib", "html.entities", "stringprep", "http.client", "urllib.request"}
"""What debuggers, slips of the keyboard, names of HTML and international names need, and what calls somebody."""

OF_DEVELOPERS = {
    "annotated_types",
    "werkzeug",
    "pydantic",
    "pydantic_core",
    "flask",
    "starlette",
    "fastapi",
    "pytest",
    "hypothesis",
    "openai",
    "playwright",
    "watchfiles",
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The modules that an application loads, and those that a worker loads when it starts; both from one separate process."""
    folder = tmp_path_factory.mktemp("desk")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=folder,
        env={"MODELDESK_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = (line.split() for line in done.stdout.splitlines())
    return {words[0]: set(words[1:]) for words in lines if words[0] in ("loaded:", "modules:", "new:")}


def test_a_server_imports_no_tool_of_developers_or_commands(imported: dict[str, set[str]]) -> None:
    """Libraries import whatever they integrate with, which would cost each worker time and memory."""
    assert "litestar" in imported["loaded:"]
    assert (OF_DEVELOPERS | OF_COMMANDS | OF_POSTGRESQL | OF_SECRETS | OF_FIRST_USES) & imported["loaded:"] == set()
    assert OF_PYTHON & imported["modules:"] == set()
    assert [name for name in imported["modules:"] if name.startswith("yaml.")] == [], "Litestar imports it for a format that is not offered"


def test_workers_import_nothing_when_they_start(imported: dict[str, set[str]]) -> None:
    """Everything they need is loaded before the fork, and is in memory once."""
    assert imported["new:"] == set()


def test_the_library_of_encryption_is_loaded_before_the_workers_part_where_a_desk_has_keys(tmp_path: Path) -> None:
    """A start looks whether the master keys of all keys are there. Without any key it is not loaded: see above."""
    home = {"MODELDESK_HOME": str(tmp_path / "home")}
    for words, text in ((["import-providers"], ""), (["keys", "set", "groq", "--key-stdin"], "sk-0123456789abcdefgh")):
        with modeldesk(*words, folder=tmp_path, env=home, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as command:
            command.communicate(text, timeout=60)
        assert command.returncode == 0
    program = """
import sys
from modeldesk.entrypoints.cli.running import open_container, run_creating
from modeldesk.entrypoints.cli.start_notes import master_key_notes
run_creating(master_key_notes, open_container())
print("cryptography" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, env=home, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["True"]


def test_a_hidden_package_is_not_installed_inside_and_is_there_again_outside() -> None:
    """What was imported before stays as it is."""
    finders = list(sys.meta_path)
    __import__("xml")
    sys.modules.pop("xml.dom.pulldom", None)
    with hidden("xml", "this"):
        assert __import__("xml.dom.pulldom") is sys.modules["xml"], "with all of its parts"
        with pytest.raises(ModuleNotFoundError) as missing:
            __import__("this")
    assert missing.value.name == "this"
    assert sys.meta_path == finders


def test_a_postponed_package_is_imported_when_it_is_used_first() -> None:
    """An import of it succeeds at once; its content is loaded at the first use."""
    program = """
import sys
from modeldesk.entrypoints.optional_packages import postpone
postpone("wave")
postpone("no_such_package")
import wave
print("open" in vars(wave), callable(wave.open), sys.modules["wave"].open is wave.open, "no_such_package" in sys.modules)
present = sys.modules["wave"]
postpone("wave")
print(sys.modules["wave"] is present)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "True", "True", "False", "True"]


def test_a_postponed_package_is_one_with_its_parts() -> None:
    """`find_spec` finds it, an import of a submodule gives the one of the package, and a missing name raises as usual."""
    program = """
import importlib.util
from modeldesk.entrypoints.optional_packages import postpone
postpone("yaml")
print(importlib.util.find_spec("yaml").name)
import yaml.loader
import yaml
print(yaml.loader.Loader is yaml.Loader, yaml.safe_load("[1]"), hasattr(yaml, "no_such_name"))
from yaml import dumper
print(dumper.Dumper is yaml.Dumper)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["yaml", "True", "[1]", "False", "True"]


def test_a_function_of_a_postponed_package_is_imported_by_name() -> None:
    """Only a call of it executes the package; whoever imported it before, and whoever does later, call the same."""
    program = """
import sys
from modeldesk.entrypoints.optional_packages import postpone
postpone("html", "escape")
from html import escape
import html
print("html.entities" in sys.modules, escape("<"), html.escape(s="<", quote=True), "html.entities" in sys.modules, escape("<"), html.unescape("&lt;"))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["False", "&lt;", "&lt;", "True", "&lt;", "<"]


def test_a_postponed_package_that_failed_is_executed_by_the_next_use(tmp_path: Path) -> None:
    """A process that had no descriptor left has one later."""
    program = """
import sys
from modeldesk.entrypoints.optional_packages import postpone
sys.path.insert(0, sys.argv[1])
postpone("failing", "double")
import failing
sys.full = True
for use in (lambda: failing.double(2), lambda: failing.ANSWER):
    try:
        use()
    except OSError:
        print("failed")
sys.full = False
print(failing.ANSWER, failing.double(2))
"""
    (tmp_path / "failing.py").write_text("import sys\nif sys.full:\n    raise OSError\nANSWER = 42\ndouble = lambda number: 2 * number\n")
    done = subprocess.run([sys.executable, "-c", program, tmp_path], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["failed", "failed", "42", "4"]


def test_threads_that_use_a_postponed_package_at_once_all_have_it() -> None:
    """Other threads wait until the first one has executed it."""
    program = """
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from modeldesk.entrypoints.optional_packages import postpone
postpone("yaml")
import yaml
start = Barrier(8)
sys.setswitchinterval(1e-6)

def use(_):
    start.wait()
    return yaml.safe_load("1")

with ThreadPoolExecutor(8) as threads:
    print(sum(threads.map(use, range(8))))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == ["8"]
