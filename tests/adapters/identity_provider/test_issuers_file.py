"""The file of identity providers: what it may say, and that no error shows a secret."""

import json
from pathlib import Path
from typing import Any

import pytest

from modeldesk.adapters.identity_provider.issuers_file import provider_settings
from modeldesk.domain.errors import FileRefused, InvalidValue
from modeldesk.domain.model.access.federated_identity import GroupRoles
from modeldesk.entrypoints.words.english import PLAIN
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


def said_of(file: Path) -> str:
    """What the start says of the file."""
    with pytest.raises(InvalidValue) as refused:
        provider_settings(file)
    assert CLIENT_SECRET not in repr(refused.value.reason)
    said = PLAIN.reason(refused.value.reason)
    begins = f"names {file}, which is wrong: "
    assert said.startswith(begins)
    return said.removeprefix(begins)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "Company"}, "id: a slug consists of a-z and 0-9"),
        ({"id": 7}, "id: must be a string, not a number"),
        ({"issuer": ""}, "issuer: must be a plain http or https URL, without a query"),
        ({"issuer": "https://login.example/?tenant=1"}, "issuer: must be a plain http or https URL, without a query"),
        ({"issuer": "ftp://login.example"}, "issuer: "),
        ({"client_id": ""}, "client_id: must not be blank"),
        ({"scopes": ["profile"]}, "scopes: must hold openid"),
        ({"scopes": ["openid", None]}, "scopes[1]: must be a string, not null"),
        ({"groups_claims": []}, "groups_claims: must name a claim for groups"),
        ({"name": "two\nlines"}, "name: "),
        ({"client_secrets": CLIENT_SECRET}, "client_secrets: unknown key 'client_secrets'; did you mean 'client_secret'?"),
        ({"client_secret": [CLIENT_SECRET]}, "client_secret: must be a string, not a list"),
        ({"super_groups": "ai-admins"}, "super_groups: must be a list, not a string"),
    ],
)
def test_a_mistake_is_found_at_the_start(tmp_path: Path, change: dict[str, Any], said: str) -> None:
    """With the file, the place and what is expected, in our words, and without the secret."""
    told = said_of(providers_file(tmp_path, {**GOOD, **change}))
    assert told.startswith(f"$.providers[0].{said}")
    assert "(line 1, column " in told


def test_all_mistakes_are_told_in_one_line(tmp_path: Path) -> None:
    """In the order of the text; of many, how many more there are."""
    told = said_of(providers_file(tmp_path, {"id": "a", "super_groups": [], "scope": 1}, {**GOOD, "client_id": ""}, 7))  # type: ignore[arg-type] # a mistake
    places = ["$.providers[0]: 'issuer' is missing", "$.providers[0]: 'client_id' is missing", "$.providers[0].scope: unknown key"]
    assert [told.index(place) for place in places] == sorted(told.index(place) for place in places)
    assert "$.providers[1].client_id: must not be blank" in told
    assert "$.providers[2]: must be an object, not a number" in told
    many = said_of(
        providers_file(tmp_path, *({**GOOD, "id": f"p{number}", "issuer": f"https://a.example/?{number}"} for number in range(9)))
    )
    assert many.endswith("; 4 more")


def test_some_group_must_be_able_to_sign_in(tmp_path: Path) -> None:
    """Else the provider is of no use."""
    assert said_of(providers_file(tmp_path, {**GOOD, "super_groups": [], "normal_groups": []})).startswith(
        "$.providers[0]: no group may sign in"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "$: invalid JSON: the text is empty"),
        ('{"providers": [],}', "$: invalid JSON: a comma must not stand before `}` (line 1, column 17)"),
        ("[]", "$: must be an object, not a list"),
        ("{}", "$: 'providers' is missing"),
        ('{"providers": 7}', "$.providers: must be a list, not a number"),
        ('{"providers": [', "$: "),
        (f'{{"providers": [{{"client_secret": {CLIENT_SECRET}}}]}}', "$: must be JSON in UTF-8 (line 1, column 34)"),
        ("[" * 100_000, "$"),
        ("\xff", "$: byte 0xFF is not UTF-8"),
        (json.dumps({"providers": [7]}), "$.providers[0]: must be an object, not a number"),
        ('{"providers": [], "version": 1}', "$.version: unknown key 'version'"),
        ('{"providers": [], "providers": []}', "$.providers: this key already stands at line 1, column 2"),
    ],
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """Also one that breaks off, or is deeper than anybody needs; a secret without its quotes is not quoted."""
    file = providers_file(tmp_path)
    file.write_text(text, encoding="latin-1")
    assert said_of(file).startswith(said)


@pytest.mark.parametrize(("second", "key"), [({"issuer": "https://b.example"}, "id"), ({"id": "other"}, "issuer")])
def test_two_providers_differ(tmp_path: Path, second: dict[str, Any], key: str) -> None:
    """By id, which stands in addresses, and by issuer, to which admins are bound."""
    file = providers_file(tmp_path, GOOD, {**GOOD, **second})
    assert said_of(file).startswith(f"$.providers[1].{key}: a provider before it has the same")


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    """They could name a provider of theirs."""
    file = providers_file(tmp_path, GOOD)
    file.chmod(0o666)
    with pytest.raises(FileRefused):
        provider_settings(file)
