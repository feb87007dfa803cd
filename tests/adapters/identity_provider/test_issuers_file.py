"""The file of identity providers: what it may say, and that no error shows a secret."""

import json
from pathlib import Path
from typing import Any

import pytest

from modeldesk.adapters.identity_provider.issuers_file import provider_settings
from modeldesk.domain.errors import FileRefused, InvalidValue
from modeldesk.domain.model.access.federated_identity import GroupRoles
from tests.support.issuer import CLIENT_SECRET, ENTRY, providers_file

ISSUER = {"issuer": "https://login.example/realms/acme"}
GOOD = {**ENTRY, **ISSUER}


def test_a_provider_has_sensible_defaults(tmp_path: Path) -> None:
    """The button says the id where there is no name; a secret is shown nowhere."""
    least = {"id": "company", "client_id": "modeldesk", "normal_groups": ["*"], **ISSUER}
    public, whole = provider_settings(providers_file(tmp_path, least, {**GOOD, "id": "other", "issuer": "https://other.example"}))
    assert (public.provider.name, public.client_secret, public.name_claim) == ("company", None, "preferred_username")
    assert (tuple(public.scopes), tuple(public.groups_claims)) == (("openid", "profile", "email"), ("groups",))
    assert public.provider.roles == GroupRoles(frozenset(), frozenset({"*"}))
    assert whole.client_secret is not None
    assert whole.client_secret.reveal() == CLIENT_SECRET
    assert CLIENT_SECRET not in repr(whole)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": "Company"}, "oidc-entry-unfit"),
        ({"id": ""}, "oidc-entry-unfit"),
        ({"issuer": ""}, "oidc-issuer-malformed"),
        ({"issuer": "https://login.example/?tenant=1"}, "oidc-issuer-malformed"),
        ({"issuer": "ftp://login.example"}, "oidc-entry-unfit"),
        ({"client_id": ""}, "oidc-entry-incomplete"),
        ({"scopes": ["profile"]}, "oidc-entry-incomplete"),
        ({"groups_claims": []}, "oidc-entry-incomplete"),
        ({"super_groups": [], "normal_groups": []}, "oidc-without-groups"),
        ({"name": "two\nlines"}, "oidc-entry-unfit"),
        ({"client_secrets": CLIENT_SECRET}, "oidc-file-malformed"),
        ({"client_secret": [CLIENT_SECRET]}, "oidc-file-malformed"),
        ({"super_groups": "ai-admins"}, "oidc-file-malformed"),
    ],
)
def test_a_mistake_is_found_at_the_start(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    """Without the secret in what is said."""
    with pytest.raises(InvalidValue) as refused:
        provider_settings(providers_file(tmp_path, {**GOOD, **change}))
    assert refused.value.reason.code == code
    assert CLIENT_SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"providers": 7}', '{"providers": [', "[" * 100_000, "\xff", json.dumps({"providers": [7]})]
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    """Also one that breaks off, or is deeper than anybody needs."""
    file = providers_file(tmp_path)
    file.write_text(text, encoding="latin-1")
    with pytest.raises(InvalidValue, match="oidc-file-malformed"):
        provider_settings(file)


@pytest.mark.parametrize(("second", "key"), [({"issuer": "https://b.example"}, "id"), ({"id": "other"}, "issuer")])
def test_two_providers_differ(tmp_path: Path, second: dict[str, Any], key: str) -> None:
    """By id, which stands in addresses, and by issuer, to which admins are bound."""
    with pytest.raises(InvalidValue) as refused:
        provider_settings(providers_file(tmp_path, GOOD, {**GOOD, **second}))
    assert refused.value.reason.facts["key"] == key


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    """They could name a provider of theirs."""
    file = providers_file(tmp_path, GOOD)
    file.chmod(0o666)
    with pytest.raises(FileRefused):
        provider_settings(file)
