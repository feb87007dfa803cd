"""Which master keys the stored keys and webhook secrets of a container need and do not find."""

from collections.abc import Sequence

from modeldesk.domain.services.master_key_check import missing_master_keys
from modeldesk.domain.services.master_key_rotation import KeysUnder
from modeldesk.entrypoints.container import Container


async def missing_in(container: Container) -> Sequence[KeysUnder]:
    """The missing master keys; the source of the master keys is read only where something is stored. Raises MasterKeyWrong."""
    store = container.store()
    keys, webhooks = (await store.current()).keys.values(), await store.webhooks()
    return missing_master_keys(keys, container.vault(), webhooks) if keys or webhooks else []
