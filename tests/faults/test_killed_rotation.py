"""A rotation of the master key that is killed, over and over, in a real process: no key is ever lost, and it always comes to its end."""

import asyncio
import json
import random
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.adapters.secrets.master_key import KEY_FILE, master_key
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey, api_key, key_hint
from modeldesk.domain.model.values.texts import Slug
from modeldesk.domain.services.import_plan import ImportOptions
from modeldesk.domain.services.master_key_rotation import keys_under
from tests.support.writing_programs import declared, now, registration_in

Start = Callable[..., "subprocess.Popen[str]"]
PROVIDERS = 20


def vault_in(home: Path) -> KeyVault:
    """As a process that starts now finds it."""
    return KeyVault(master_key("", None, home))


async def fill(url: str, home: Path) -> None:
    """Two keys at each provider: the shared one, and nima's own."""
    desk, vault = SqlStore(url), vault_in(home)
    await registration_in(desk).register(declared(PROVIDERS, 0), ImportOptions(force=True), CLI_ACTOR)
    async with desk.unit_of_work() as work:
        for number in range(PROVIDERS):
            for owner in (None, "nima"):
                key, binding = api_key(text_of(number, owner)), KeyBinding(Slug(f"vendor-{number}"), owner, "https://vendor.example")
                sealed = vault.seal(key, binding)
                await work.keys.put(StoredKey(binding, sealed, key_hint(key), vault.fingerprint(key), now(), "cli"))
        await work.commit()
    await desk.close()


def text_of(number: int, owner: str | None) -> str:
    return f"sk-{number}-{owner}-0123456789abcdef"


async def look(url: str, home: Path) -> tuple[int, int]:
    """How many keys do not open as what was entered, and how many are not under the newest master key."""
    desk, vault, wrong = SqlStore(url), vault_in(home), 0
    keys = (await desk.current()).keys
    assert len(keys) == 2 * PROVIDERS
    for (provider, owner), key in keys.items():
        is_right = vault.is_readable(key) and vault.open(key.sealed, key.binding).reveal() == text_of(int(provider[7:]), owner)
        wrong += not is_right
    under = keys_under(keys.values(), vault)
    await desk.close()
    return wrong, sum(entry.count for entry in under if entry.state != "newest")


def killed_over_and_over(url: str, home: Path, start: Start, *, kills: int, longest: float, seed: int) -> dict[str, int]:
    """Each at a moment of its own; what one left, the next goes on with. At the end one is let run."""
    moments, violations, between = random.Random(seed), 0, 0
    asyncio.run(fill(url, home))
    for _ in range(kills):
        process = start("rotate", url, str(home))
        # A timer of its own: the moment must not depend on what this process is doing.
        timer = threading.Timer(moments.uniform(0, longest), process.kill)
        timer.start()
        process.wait()
        timer.cancel()
        process.communicate()
        wrong, older = asyncio.run(look(url, home))
        violations += wrong
        between += 0 < older < 2 * PROVIDERS
    last = start("rotate", url, str(home))
    assert (last.communicate(), last.returncode) == (("", None), 0)
    wrong, older = asyncio.run(look(url, home))
    assert len((home / KEY_FILE).read_text().splitlines()) == 2
    return {"kills": kills, "between": between, "violations": violations + wrong, "under_older": older}


def test_a_killed_rotation_loses_no_key_and_goes_on(database: str, tmp_path: Path, start: Start) -> None:
    """A handful of kills at seeded random moments; some of them in the middle."""
    seen = killed_over_and_over(database, tmp_path / "home", start, kills=6, longest=0.15, seed=7)
    assert (seen["violations"], seen["under_older"]) == (0, 0)


@pytest.mark.nightly
def test_fifty_kills_of_a_rotation(database: str, tmp_path: Path, start: Start) -> None:
    """The full count, with its figure."""
    began = time.perf_counter()
    seen = killed_over_and_over(database, tmp_path / "home", start, kills=50, longest=0.2, seed=11)
    print(json.dumps({"name": "rotations killed", **seen, "keys": 2 * PROVIDERS, "seconds": round(time.perf_counter() - began, 1)}))
    assert (seen["violations"], seen["under_older"]) == (0, 0)
    assert seen["between"] > 0
