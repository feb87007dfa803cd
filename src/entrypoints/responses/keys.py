"""What may be shown of vendors' keys; a key itself is never answered."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Annotated, TypedDict

from modeldesk.domain.model.keys.provider_key import StoredKey
from modeldesk.domain.services.master_key_rotation import KeysUnder
from modeldesk.entrypoints.responses.serializer import Source, serialize


class KeyResponse(TypedDict):
    provider: Annotated[str, Source("binding.provider")]
    scope: Annotated[str, Source(lambda key: "personal" if key.binding.owner else "shared")]
    hint: str
    set_at: str
    set_by: str


class KeyRemovedResponse(TypedDict):
    removed: bool


class ListedKeyResponse(KeyResponse):
    owner: Annotated[str | None, Source("binding.owner")]
    master_key: str
    state: str


class MasterKeyResponse(TypedDict):
    id: str
    state: str
    count: int


class KeysResponse(TypedDict):
    count: int
    keys: list[ListedKeyResponse]
    master_keys: list[MasterKeyResponse]


class KeyRefResponse(TypedDict):
    provider: Annotated[str, Source(itemgetter(0))]
    owner: Annotated[str | None, Source(itemgetter(1))]


class RotationResponse(TypedDict):
    is_new: bool
    resealed: int
    remaining: int
    unreadable: list[KeyRefResponse]
    unreadable_webhooks: list[str]
    master_keys: Annotated[list[MasterKeyResponse], Source("under")]


class KeyVerdictResponse(TypedDict):
    verdict: str
    detail: str
    checked_at: str


def keys_response(keys: Sequence[tuple[StoredKey, str, str]], under: Sequence[KeysUnder]) -> KeysResponse:
    """Each key with the id of its master key and its state; then how many there are under each master key."""
    listed = [serialize(ListedKeyResponse, key, master_key=master_key, state=state) for key, master_key, state in keys]
    return KeysResponse(count=len(listed), keys=listed, master_keys=[serialize(MasterKeyResponse, entry) for entry in under])
