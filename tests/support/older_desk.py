"""The home of a desk that an older version left: its schema made by the migrations up to there, with a little of everything that it held."""

from datetime import timedelta
from pathlib import Path

from argon2 import PasswordHasher
from attrs import evolve
from sqlalchemy import Connection, Table, create_engine, insert, inspect, text

from modeldesk.adapters.persistence import list_rows, rows, tables
from modeldesk.adapters.persistence.migrating import migrate
from modeldesk.adapters.secrets.master_key import master_key
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.model.access.api_token import token_name_key
from modeldesk.domain.model.access.credential_digest import credential_digest
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import HttpUrl
from tests.support.stores import CHAT, NOON, choice, provider, stored_key

VERSION = "0010"
TOKEN = "mdesk_an-older-token-of-a-product"
KEY = "sk-older-0123456789abcdef"
PASSWORD = "correct horse battery"


def known(connection: Connection, table: str, row: dict[str, object]) -> dict[str, object]:
    """What the table has columns for; later migrations add the others."""
    columns = {column["name"] for column in inspect(connection).get_columns(table)}
    return {name: value for name, value in row.items() if name in columns}


def make_older_home(home: Path) -> None:
    """A database of schema 0010 and a master key. openai's key, sara, a token of hers, gpt-5 active after gpt-4o, and the use support-chat."""
    home.mkdir(mode=0o700)
    vault = KeyVault(master_key("", None, home))
    key = stored_key()
    sealed = vault.seal(Secret(KEY), key.binding)
    file = home / "modeldesk.db"
    file.touch(mode=0o600)
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        migrate(connection, VERSION)
        _fill(connection, list_rows.key_row(evolve(key, sealed=sealed, fingerprint="f" * 64)))
    engine.dispose()


def _fill(connection: Connection, key_row: dict[str, object]) -> None:
    def put(table: Table, row: dict[str, object]) -> None:
        connection.execute(insert(table).values(known(connection, table.name, row)))

    put(tables.providers, rows.provider_row(provider(api_base_url=HttpUrl("https://openai.example/v1"))))
    for step in (choice("gpt-4o", 1), choice("gpt-5", 2)):
        assert step.model is not None
        put(tables.stored_models, rows.stored_model_row(step.model))
        put(tables.slot_history, rows.choice_row(step))
    put(tables.active_models, {**rows.slot_key(CHAT), "model_id": "gpt-5", "slot_version": 2})
    put(tables.provider_keys, key_row)
    sara = {"name": "sara", "role": "super", "is_active": True, "created_at": NOON}
    put(tables.admins, {**sara, "password_hash": PasswordHasher().hash(PASSWORD)})
    token = {
        "digest": credential_digest(TOKEN),
        "name": "shop",
        "name_key": token_name_key("shop"),
        "owner": "sara",
        "scopes": "resolve read",
    }
    put(tables.api_tokens, {**token, "created_at": NOON, "expires_at": NOON + timedelta(days=36_500), "hint": TOKEN[-4:]})
    put(tables.uses, {"name": "support-chat", "description": "", **rows.slot_key(CHAT), "fallbacks": "[]", "version": 1})
    connection.execute(text("UPDATE generations SET catalogue = 1, choices = 1, access = 1"))
