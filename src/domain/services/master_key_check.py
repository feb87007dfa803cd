"""Sealing for storage, refused while stored secrets need a master key that is not available."""

from collections.abc import Iterable, Sequence

from modeldesk.domain.errors import MasterKeyMissing
from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.webhooks.webhook import Webhook
from modeldesk.domain.ports.security import Vault
from modeldesk.domain.ports.unit_of_work import UnitOfWork
from modeldesk.domain.services.master_key_rotation import KeysUnder, keys_under


def missing_master_keys(keys: Iterable[StoredKey], vault: Vault, webhooks: Iterable[Webhook]) -> Sequence[KeysUnder]:
    """The master keys that sealed something stored, and that are not available. Raises MasterKeyWrong.

    A damaged row that names no master key is not counted: no master key that comes back opens it.
    """
    return [entry for entry in keys_under(keys, vault, webhooks) if entry.state == "unknown" and entry.id]


async def seal_for_storage(work: UnitOfWork, vault: Vault, secret: Secret, binding: KeyBinding) -> bytes:
    """Seals a secret that this unit of work stores, so that a concurrent rotation of the master key does not miss it.

    Raises MasterKeyMissing where a master key of something stored is not available: `seal` would create a second one, or use one that is lost
    when the missing file comes back. What the secret replaces does not count where a master key is available: entering an unreadable key again
    loses nothing. Raises MasterKeyWrong.
    """
    keys = await work.keys.all()
    if vault.master_key_ids():
        keys = [key for key in keys if (key.binding.provider, key.binding.owner) != (binding.provider, binding.owner)]
    missing = missing_master_keys(keys, vault, await work.webhooks.all())
    if missing:
        raise MasterKeyMissing(sum(entry.count for entry in missing))
    return vault.seal(secret, binding)
