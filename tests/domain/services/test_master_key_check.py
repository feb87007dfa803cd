"""Nothing is sealed while something stored needs a master key that is not available; brought back, it opens everything."""

from collections.abc import Awaitable, Callable

import pytest
from attrs import evolve

from modeldesk.adapters.secrets.master_key import MasterKey, MasterKeys
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.errors import MasterKeyMissing
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.keys.provider_key import api_key
from modeldesk.domain.model.values.texts import Slug, http_url
from modeldesk.domain.model.webhooks.event import EventType
from tests.support.fake_vendors import NEEDS_KEY
from tests.support.raised_codes import SOURCE
from tests.support.samples import Desk, live_provider
from tests.support.webhooks import FakeReceivers, webhooks_of

OLD, NEW, MINTED = (bytes((start + step * step) % 256 for step in range(32)) for start in range(3))
FIRST, SECOND = Slug("vendor-0"), Slug("vendor-1")
KEY = api_key("sk-shared-0123456789")


class KeyFile:
    """A key file in memory, which is created at the first sealing."""

    def __init__(self) -> None:
        self.keys: MasterKeys = (OLD,)

    def create(self) -> MasterKeys:
        self.keys = (MINTED,)
        return self.keys

    def renew(self) -> MasterKeys:
        self.keys = (MINTED, *self.keys[:1])
        return self.keys


async def desk_with(file: KeyFile) -> Desk:
    desk = Desk(vault=KeyVault(MasterKey(lambda: file.keys, file.create, file.renew)))
    await desk.put(live_provider(FIRST, NEEDS_KEY), live_provider(SECOND, NEEDS_KEY))
    return desk


async def set_key(desk: Desk) -> None:
    await desk.key_keeping.set(SECOND, None, KEY, CLI_ACTOR)


async def replace_key(desk: Desk) -> None:
    await desk.key_keeping.set(FIRST, None, KEY, CLI_ACTOR)


async def add_webhook(desk: Desk) -> None:
    await webhooks_of(desk, FakeReceivers()).add(http_url("https://hooks.example/b"), [EventType.MODEL_SELECTED], CLI_ACTOR)


@pytest.mark.parametrize(("seal", "keys"), [(set_key, ()), (set_key, (NEW,)), (replace_key, ()), (add_webhook, ()), (add_webhook, (NEW,))])
async def test_nothing_is_sealed_while_a_master_key_is_missing(seal: Callable[[Desk], Awaitable[None]], keys: MasterKeys) -> None:
    """No master key is created, nothing is written, and the old file opens the stored key again."""
    file = KeyFile()
    desk = await desk_with(file)
    await desk.key_keeping.set(FIRST, None, KEY, CLI_ACTOR)
    before, file.keys = (await desk.store.current()).keys, keys
    with pytest.raises(MasterKeyMissing) as caught:
        await seal(desk)
    assert (caught.value.count, file.keys) == (1, keys)
    assert (await desk.store.current()).keys == before
    assert await desk.store.webhooks() == []
    file.keys = (OLD,)
    stored = before[FIRST, None]
    assert desk.vault.open(stored.sealed, stored.binding) == KEY
    await seal(desk)


async def test_the_key_that_cannot_be_read_is_entered_again() -> None:
    """Under the master key that is there; it takes the place of the unreadable one, and no other is lost."""
    file = KeyFile()
    desk = await desk_with(file)
    await replace_key(desk)
    file.keys = (NEW,)
    await replace_key(desk)
    assert file.keys == (NEW,)
    stored = (await desk.store.current()).keys[FIRST, None]
    assert desk.vault.open(stored.sealed, stored.binding) == KEY
    await set_key(desk)


async def test_a_secret_of_a_webhook_counts_as_a_key_does() -> None:
    """It is sealed by the same master key; a second secret of it is refused too."""
    file = KeyFile()
    desk = await desk_with(file)
    hooks = webhooks_of(desk, FakeReceivers())
    added = await hooks.add(http_url("https://hooks.example/a"), [EventType.MODEL_SELECTED], CLI_ACTOR)
    file.keys = ()
    with pytest.raises(MasterKeyMissing):
        await set_key(desk)
    with pytest.raises(MasterKeyMissing):
        await hooks.rotate(added.webhook.id, CLI_ACTOR)
    assert file.keys == ()


async def test_without_what_cannot_be_decrypted_keys_are_set_again() -> None:
    """Whoever lost the file for good deletes those keys; a new master key is created then."""
    file = KeyFile()
    desk = await desk_with(file)
    await replace_key(desk)
    file.keys = ()
    await desk.key_keeping.delete(FIRST, None, CLI_ACTOR)
    await set_key(desk)
    assert file.keys == (MINTED,)


async def test_a_rotation_creates_no_master_key_in_place_of_a_missing_one() -> None:
    """With the old one after a present one it re-encrypts everything, and keys can be set."""
    file = KeyFile()
    desk = await desk_with(file)
    await replace_key(desk)
    file.keys = ()
    with pytest.raises(MasterKeyMissing):
        await desk.rotation.rotate()
    assert file.keys == ()
    file.keys = (NEW, OLD)
    assert (await desk.rotation.rotate()).remaining == 0
    await set_key(desk)


async def test_a_damaged_row_stops_no_other_key() -> None:
    """It names no master key, so none that comes back would open it."""
    file = KeyFile()
    desk = await desk_with(file)
    await replace_key(desk)
    async with desk.store.unit_of_work() as work:
        stored = await work.keys.get(FIRST, None)
        assert stored is not None
        await work.keys.put(evolve(stored, sealed=b"junk"))
        await work.commit()
    await set_key(desk)


def test_every_secret_is_sealed_through_the_check() -> None:
    """Only the rotation seals by itself: it stores nothing new."""
    sealing = {path.name for path in (SOURCE / "domain").rglob("*.py") if ".seal(" in path.read_text()}
    assert sealing == {"master_key_check.py", "master_key_rotation.py"}
