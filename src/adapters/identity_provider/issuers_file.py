"""The file of identity providers that `MODELDESK_OIDC_FILE` names."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
from attrs import field

from modeldesk.adapters.identity_provider.secret_texts import NO_SECRET, secret_text
from modeldesk.adapters.trusted_files import read_regular
from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.federated_identity import GroupRoles, IdentityProvider
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import LONGEST_SLUG, http_url, single_line_text, slug
from modeldesk.domain.records import frozen

LARGEST_FILE = 256 * 1024
"""In bytes."""

OPENID = "openid"


class _Entry(msgspec.Struct, forbid_unknown_fields=True):
    id: str
    issuer: str
    client_id: str
    client_secret: Secret = NO_SECRET
    name: str = ""
    scopes: tuple[str, ...] = (
        "openid",
        "profile",
        "email",
    )
    name_claim: str = "preferred_username"
    groups_claims: tuple[str, ...] = ("groups",)
    super_groups: tuple[str, ...] = ()
    normal_groups: tuple[str, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True):
    providers: list[_Entry]


@frozen
class ProviderSettings:
    """How one identity provider is asked, and which claims are read. `client_secret` is None for a public client, which has PKCE alone."""

    provider: IdentityProvider
    client_id: str
    scopes: Sequence[str]
    name_claim: str
    groups_claims: Sequence[str]
    client_secret: Secret | None = field(default=None, repr=False)


def provider_settings(path: Path) -> Sequence[ProviderSettings]:
    """The providers of the file. Raises InvalidValue, FileRefused, OSError. No text of an error holds a secret."""
    content = read_regular(path, LARGEST_FILE, trusted=True)
    try:
        entries = msgspec.json.decode(content, type=_File, dec_hook=secret_text).providers
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidValue("oidc-file-malformed", said=str(error)) from None
    found = [_settings(entry) for entry in entries]
    for key in ("id", "issuer"):
        named = [getattr(one.provider, key) for one in found]
        if twice := next((name for name in named if named.count(name) > 1), None):
            raise InvalidValue("oidc-provider-twice", key=key, found=twice)
    return found


def _settings(entry: _Entry) -> ProviderSettings:
    try:
        name, issuer, shown = slug(entry.id), http_url(entry.issuer), single_line_text(entry.name or entry.id)
    except InvalidValue as error:
        raise InvalidValue("oidc-entry-unfit", provider=entry.id[:LONGEST_SLUG], reason=error.reason) from None
    if not issuer or "?" in issuer or "#" in issuer:
        raise InvalidValue("oidc-issuer-malformed", provider=name)
    if not entry.client_id or OPENID not in entry.scopes or not entry.groups_claims:
        raise InvalidValue("oidc-entry-incomplete", provider=name)
    if not (entry.super_groups or entry.normal_groups):
        raise InvalidValue("oidc-without-groups", provider=name)
    return ProviderSettings(
        provider=IdentityProvider(name, shown, issuer, GroupRoles(frozenset(entry.super_groups), frozenset(entry.normal_groups))),
        client_id=entry.client_id,
        scopes=entry.scopes,
        name_claim=entry.name_claim,
        groups_claims=entry.groups_claims,
        client_secret=entry.client_secret if entry.client_secret != NO_SECRET else None,
    )
