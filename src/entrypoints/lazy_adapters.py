"""Adapters that are imported on first use, because a short command needs only a few of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.keys.key_choice import IsReadable
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.security import Vault
from modeldesk.entrypoints.lazy import lazy
from modeldesk.entrypoints.setting_sources import PREFIX, SettingWrong


def opening(outbound: Callable[[], Any]) -> Callable[..., Any]:
    """A factory for sessions with vendors. The first call creates the client, since most commands call no vendor."""
    return lambda slug, deadline, retries: outbound().open(slug, deadline, retries)


def read_by(vault: Callable[[], Vault]) -> IsReadable:
    """Whether the vault can decrypt a key. The first call creates the vault, so without keys no master key is read."""
    return lambda key: vault().is_readable(key)


def hosts_allowed(text: str) -> Any:
    """The operator's private hosts. Raises SettingWrong."""
    try:
        return lazy("outbound.addresses:allowed_hosts")(text)
    except InvalidValue as error:
        raise SettingWrong(f"{PREFIX}ALLOWED_HOSTS_OUTBOUND", Reason("hosts-malformed", reason=error.reason)) from None


def layered_metadata(*given: Any, **options: Any) -> Any:
    """What ships, and what a refresh has kept."""
    return lazy("metadata.layers:LayeredMetadata")(*given, **{"shipped": shipped_metadata, "prices": shipped_prices, **options})


def shipped_metadata() -> Any:
    """The catalogue that ships. It is packed once; the next start finds it beside Python's bytecode."""
    return _kept("metadata.models_dev:shipped_catalogue")


def shipped_prices() -> Any:
    """The prices that ship, in the same way."""
    return _kept("metadata.genai_prices:GenaiPrices")


def _kept(target: str) -> Any:
    from modeldesk.entrypoints.kept_files import KeptFiles  # noqa: PLC0415 - slow imports that few commands need

    return lazy(target)(KeptFiles)


def identity_providers(file: Path | None, open_session: Callable[..., Any], clock: Clock, on_secret: Callable[[Secret], None]) -> Any:
    """The providers of the file, none without one. Raises SettingWrong for a file that was changed since the start, and is wrong now."""
    if file is None:
        return lazy("identity_provider.no_providers:NoIdentityProviders")()
    try:
        return lazy("identity_provider.from_file:identity_providers")(file, open_session, clock, on_secret)
    except InvalidValue as error:
        raise SettingWrong(f"{PREFIX}OIDC_FILE", error.reason) from None


def vendor_list_cache(redis_url: str) -> Any:
    """The cache of vendors' lists: shared through Redis if configured, else local to this process. Raises SettingWrong."""
    if redis_url:
        try:
            return lazy("cache.redis:RedisListCache")(redis_url)
        except ValueError:  # its message may quote a part of the password
            raise SettingWrong(f"{PREFIX}REDIS_URL", Reason("redis-url-unreadable")) from None
    return lazy("cache.memory:InMemoryListCache")()
