"""No record shows a secret in its repr, which logs, tracebacks and debuggers print: the field is a `Secret`, or it is left out of the repr."""

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from inspect import getmembers, isclass
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import attrs
import msgspec
import pytest

import modeldesk
from modeldesk.adapters.identity_provider.secret_texts import secret_text
from modeldesk.domain.model.values.secret import Secret

WORDS = {
    "key",
    "keys",
    "password",
    "passwords",
    "passphrase",
    "token",
    "tokens",
    "secret",
    "secrets",
    "csrf",
    "cookie",
    "credential",
    "credentials",
    "sealed",
}
"""What is in the name of a field that holds a secret."""

NO_SECRETS = {
    "the name of a token": {"Actor.token", "AuditEntry.token", "Dependency.token", "Dependent.token", "Program.token"},
    "addresses and abilities of an identity provider": {
        "Metadata.token_endpoint",
        "_Document.token_endpoint",
        "_Document.token_endpoint_auth_methods_supported",
    },
    "public keys": {"_Keys.keys", "_Known.keys"},
    "the header of a key and the word before it": {"ProviderConfig.key_header", "ProviderConfig.key_scheme"},
    "a name that a product chose": {"Context.targeting_key"},
    "names of admins": {"Revived.passwords"},
    "the key of a kept answer": {"Answered.key"},
    "records that hide their own, by a digest or by a provider": {
        "Access.tokens",
        "Contents.tokens",
        "Contents.token_uses",
        "Contents.keys",
        "Snapshot.keys",
    },
}
"""Fields with such a name and no secret, by the reason."""


class Field(NamedTuple):
    name: str
    holds: Any
    is_shown: bool


def records() -> Iterator[tuple[type, list[Field]]]:
    """Every attrs class, Struct and NamedTuple of ours with its fields, private ones too."""
    found = set[type]()
    for module in pkgutil.walk_packages(modeldesk.__path__, "modeldesk."):
        if ".migrations." not in module.name:
            found |= {kind for _, kind in getmembers(import_module(module.name), isclass) if kind.__module__.startswith("modeldesk.")}
    for kind in sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__)):
        if attrs.has(kind):
            hints = get_type_hints(kind)
            yield kind, [Field(one.name, hints.get(one.name, one.type), bool(one.repr)) for one in attrs.fields(kind)]
        elif issubclass(kind, msgspec.Struct):
            yield kind, [Field(one.name, one.type, True) for one in msgspec.structs.fields(kind)]
        elif issubclass(kind, tuple) and hasattr(kind, "_fields"):
            yield kind, [Field(name, hint, True) for name, hint in get_type_hints(kind).items()]


def holds_text(annotation: Any) -> bool:
    """Whether a value of this type may show a text. Of further records, their own fields are judged."""
    annotation = getattr(annotation, "__supertype__", annotation)
    if get_origin(annotation) is Callable:
        return False
    return annotation in (str, bytes, Any, object, msgspec.Raw) or any(map(holds_text, get_args(annotation)))


def shown_secrets() -> Iterator[str]:
    return (
        f"{kind.__name__}.{field.name}"
        for kind, fields in records()
        for field in fields
        if field.is_shown and WORDS & set(field.name.strip("_").split("_")) and holds_text(field.holds)
    )


def test_no_record_shows_a_secret() -> None:
    """A new field with such a name is a `Secret`, has `field(repr=False)`, or is named above with the reason."""
    assert set(shown_secrets()) == set.union(*NO_SECRETS.values())


def test_every_record_is_looked_at() -> None:
    """Those of each kind, private ones too."""
    names = {kind.__name__ for kind, _ in records()}
    assert {"Settings", "_Entry", "_TokenAnswer", "Session", "ProviderSettings", "Dependency"} <= names


@pytest.mark.parametrize("document", [b'{"client_secret": "hush-0123456789"}', b'{"client_secret": ""}'])
def test_a_secret_in_a_document_is_hidden_once_it_is_read(document: bytes) -> None:
    """And a value of another type is refused at its place, without being shown."""

    class Entry(msgspec.Struct):
        client_secret: Secret

    entry = msgspec.json.decode(document, type=Entry, dec_hook=secret_text)
    assert "hush" not in repr(entry)
    assert entry.client_secret.reveal() in document.decode()
    with pytest.raises(msgspec.ValidationError, match=r"^Expected `str`, got `int` - at `\$.client_secret`$"):
        msgspec.json.decode(b'{"client_secret": 12345}', type=Entry, dec_hook=secret_text)
