"""Adapters that are imported when they are first made: a short command needs few of them, and would wait for all."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.keys.key_choice import IsReadable
from modeldesk.domain.ports.security import Vault
from modeldesk.entrypoints.settings import SettingWrong
from modeldesk.entrypoints.words.english import PLAIN


def lazy(place: str) -> Callable[..., Any]:
    """A factory for `module:name` below the adapters, which is imported with the first call."""

    def make(*given: Any, **named: Any) -> Any:
        module, _, name = place.partition(":")
        return getattr(import_module(f"modeldesk.adapters.{module}"), name)(*given, **named)

    return make


def opening(outbound: Callable[[], Any]) -> Callable[..., Any]:
    """Opens a series of calls to a vendor; the client itself is made with the first: most commands call nobody."""
    return lambda slug, deadline: outbound().open(slug, deadline)


def read_by(vault: Callable[[], Vault]) -> IsReadable:
    """Whether the vault can open a key; the vault itself is made with the first: where there are no keys, no master key is looked for."""
    return lambda key: vault().is_readable(key)


def hosts_allowed(text: str) -> Any:
    """The operator's private hosts. Raises SettingWrong."""
    try:
        return lazy("outbound.addresses:allowed_hosts")(text)
    except InvalidValue as error:
        raise SettingWrong("ALLOWED_HOSTS_OUTBOUND", f"must list hosts with their ports: {PLAIN.refusal(error)}") from None


def vendor_list_cache(redis_url: str) -> Any:
    """The cache of vendors' lists: of all instances that share a Redis, else of this process. Raises SettingWrong."""
    if redis_url:
        try:
            return lazy("cache.redis:RedisListCache")(redis_url)
        except ValueError:  # whose text may quote a part of the password
            raise SettingWrong("REDIS_URL", "cannot be read as an address; a password in it is percent-encoded") from None
    return lazy("cache.memory:InMemoryListCache")()
