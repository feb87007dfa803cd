"""The settings and their rules."""

import ipaddress
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import ParamSpec, TypeAlias, TypeVar
from urllib.parse import urlsplit

from attrs import field

from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.catalogue.list_state import CacheTtl
from modeldesk.domain.model.catalogue.refresh_plan import REFRESH_EVERY, SHORTEST_EVERY
from modeldesk.domain.records import frozen
from modeldesk.entrypoints.identity_settings import oidc_file, password_sign_in
from modeldesk.entrypoints.optional_packages import require_extra
from modeldesk.entrypoints.outbound_settings import authorities_file, exempt_hosts, proxy_url
from modeldesk.entrypoints.own_addresses import is_wildcard, names_of_machine
from modeldesk.entrypoints.postgresql_url import postgresql_url
from modeldesk.entrypoints.public_url import is_origin, origin_part, public_url
from modeldesk.entrypoints.setting_sources import PREFIX, GivenSettings, SettingWrong, given_settings

DATABASE_FILE = "modeldesk.db"
METADATA_URL = "https://models.dev/api.json"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 8000
LAST_PORT = 65_535
EVALUATIONS_PER_SECOND = 500
LOOPBACK_NAMES = ("localhost", "localhost.localdomain")
UNITS: Mapping[str, int] = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
LONGEST_NUMBER = 9
LONGEST_DURATION = timedelta(days=366)
Given = ParamSpec("Given")
Value = TypeVar("Value")
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
DEFAULT_PORTS = {"http": ":80", "https": ":443"}


@frozen
class Settings:
    """The validated settings.

    `home` is the folder of the embedded database. `database_url` is `sqlite:///…` or `postgresql://…`. `cookie_secure` None means that
    `secure_cookie` decides by the host. `dotenv` is the `.env` that was read.
    """

    home: Path = Path(".modeldesk")
    database_url: str = field(default="", repr=False)
    providers_file: Path | None = None
    public_url: str = ""
    cookie_secure: bool | None = None
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[Network, ...] = ()
    redis_url: str = field(default="", repr=False)
    master_key: str = field(default="", repr=False)
    master_key_file: Path | None = None
    ttl: CacheTtl = field(factory=CacheTtl)
    refresh_every: timedelta | None = None
    metadata_url: str = ""
    evaluations_per_second: int | None = EVALUATIONS_PER_SECOND
    allowed_hosts_outbound: str = ""
    ca_file: Path | None = None
    outbound_proxy: str = field(default="", repr=False)
    no_proxy: tuple[str, ...] = ()
    oidc_file: Path | None = None
    password_sign_in: bool = True
    dotenv: Path | None = None
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    workers: int = 1

    @property
    def database_file(self) -> Path | None:
        """The file of the embedded database; None for a database server."""
        prefix = "sqlite:///"
        return Path(self.database_url.removeprefix(prefix)) if self.database_url.startswith(prefix) else None

    @property
    def own_origins(self) -> tuple[str, ...]:
        """The origins of our own pages."""
        if self.public_url:
            return (origin(self.public_url),)
        return tuple(sorted(origin(url) for url in self.bind_urls))

    @property
    def bind_urls(self) -> tuple[str, ...]:
        """The addresses that reach the bind itself, the best one first."""
        names: tuple[str, ...] = (self.host,)
        if is_wildcard(self.host):
            names = names_of_machine(self.host)
        elif is_loopback(self.host):
            names = (self.host, "localhost", "127.0.0.1")
        return tuple(dict.fromkeys(f"http://{f'[{name}]' if ':' in name else name}:{self.port}" for name in names))

    @property
    def base_path(self) -> str:
        """The path of the public URL, below which everything stands; empty, or with a slash before it and none behind it."""
        return urlsplit(self.public_url).path

    @property
    def is_https(self) -> bool:
        """Whether the public URL uses https."""
        return self.public_url.startswith("https://")

    @property
    def secure_cookie(self) -> bool:
        """Whether the cookie is limited to https: always, except on loopback without a public URL and without proxies."""
        if self.cookie_secure is not None:
            return self.cookie_secure
        return bool(self.public_url or self.trusted_proxies) or not is_loopback(self.host)


def load_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """Reads all settings. Raises SettingWrong, FileRefused."""
    folder = folder or Path.cwd()
    return validated(given_settings(environment, folder), folder)


def validated(settings: GivenSettings, folder: Path) -> Settings:
    """The settings, each judged by its rule. Raises SettingWrong."""
    given = settings.values
    home = _checked("HOME", _home, given.get("HOME", ".modeldesk"), folder)
    oidc = _checked("OIDC_FILE", oidc_file, given.get("OIDC_FILE"))
    return Settings(
        home=home,
        database_url=_checked("DATABASE_URL", _database_url, given.get("DATABASE_URL"), folder / home),
        providers_file=Path(given["PROVIDERS_FILE"]) if "PROVIDERS_FILE" in given else None,
        public_url=_checked("PUBLIC_URL", public_url, given.get("PUBLIC_URL", "")),
        cookie_secure=_checked("COOKIE_SECURE", _boolean, given.get("COOKIE_SECURE")),
        allowed_origins=_checked("ALLOWED_ORIGINS", _origins, given.get("ALLOWED_ORIGINS", "")),
        trusted_proxies=_checked("TRUSTED_PROXIES", _networks, given.get("TRUSTED_PROXIES", "")),
        redis_url=_checked("REDIS_URL", _redis_url, given.get("REDIS_URL", "")),
        master_key=given.get("MASTER_KEY", ""),
        master_key_file=Path(given["MASTER_KEY_FILE"]) if "MASTER_KEY_FILE" in given else None,
        ttl=_ttl(given.get("CATALOGUE_TTL"), given.get("CATALOGUE_STALE")),
        metadata_url=_checked("METADATA_URL", _metadata_url, given.get("METADATA_URL")),
        refresh_every=_checked("REFRESH_EVERY", _refresh_every, given.get("REFRESH_EVERY")),
        evaluations_per_second=_checked("EVALUATIONS_PER_SECOND", _per_second, given.get("EVALUATIONS_PER_SECOND")),
        allowed_hosts_outbound=given.get("ALLOWED_HOSTS_OUTBOUND", ""),
        ca_file=_checked("CA_FILE", authorities_file, given.get("CA_FILE")),
        outbound_proxy=_checked("OUTBOUND_PROXY", proxy_url, given.get("OUTBOUND_PROXY", "")),
        no_proxy=_checked("NO_PROXY", exempt_hosts, given.get("NO_PROXY", "")),
        oidc_file=oidc,
        password_sign_in=_checked(
            "PASSWORD_SIGN_IN", password_sign_in, _checked("PASSWORD_SIGN_IN", _boolean, given.get("PASSWORD_SIGN_IN")), oidc
        ),
        dotenv=settings.dotenv,
    )


def _checked(name: str, rule: Callable[Given, Value], *given: Given.args, **more: Given.kwargs) -> Value:
    """What the rule makes of the setting. Raises SettingWrong where the rule raises InvalidValue."""
    try:
        return rule(*given, **more)
    except InvalidValue as error:
        raise SettingWrong(PREFIX + name, error.reason) from None


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> str:
    """The origin of a URL as browsers send it in the Origin header, without the default port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.removesuffix(DEFAULT_PORTS[parts.scheme])}".lower()


def _home(text: str, folder: Path) -> Path:
    """The folder as it was given. Raises InvalidValue where no folder can be: a file is there."""
    home = Path(text)
    try:
        is_taken = (folder / home).exists() and not (folder / home).is_dir()
    except (OSError, ValueError):
        is_taken = False  # opening the database says what is wrong
    if is_taken:
        raise InvalidValue("home-not-folder", found=text)
    return home


def _database_url(text: str | None, home: Path) -> str:
    if text is None:
        return f"sqlite:///{(home / DATABASE_FILE).absolute()}"
    scheme, separator, rest = text.partition("://")
    if scheme in ("postgresql", "postgres") and rest:
        require_extra("postgresql", "asyncpg")
        return postgresql_url(rest)
    if scheme == "sqlite" and separator and rest.startswith("/") and rest != "/":
        return f"sqlite:///{Path(rest.removeprefix('/')).absolute()}"
    raise InvalidValue("database-url-malformed")


def _origins(text: str) -> tuple[str, ...]:
    listed = tuple(entry for entry in text.replace(",", " ").split() if entry)
    for entry in listed:
        if not is_origin(entry):
            raise InvalidValue("origin-malformed", found=entry)
    return tuple(origin(entry) for entry in listed)


def _networks(text: str) -> tuple[Network, ...]:
    networks = list[Network]()
    for entry in text.replace(",", " ").split():
        try:
            networks.append(ipaddress.ip_network(entry))
        except ValueError:
            raise InvalidValue("network-malformed", found=entry) from None
    return tuple(networks)


def _redis_url(text: str) -> str:
    scheme, separator, rest = text.partition("://")
    if text and not (scheme in ("redis", "rediss", "unix") and separator and rest and _has_good_port(text)):
        raise InvalidValue("redis-url-malformed")
    if text:
        require_extra("redis", "redis")
    return text


def _has_good_port(text: str) -> bool:
    try:
        urlsplit(text).port  # noqa: B018 - reading it raises for an invalid port
    except ValueError:
        return False
    return True


def _ttl(fresh: str | None, stale: str | None) -> CacheTtl:
    default = CacheTtl()
    ttl = CacheTtl(
        _checked("CATALOGUE_TTL", _duration, fresh) or default.fresh, _checked("CATALOGUE_STALE", _duration, stale) or default.stale
    )
    if ttl.stale < ttl.fresh:
        raise SettingWrong(f"{PREFIX}CATALOGUE_STALE", Reason("duration-too-short", setting=f"{PREFIX}CATALOGUE_TTL"))
    return ttl


def _metadata_url(text: str | None) -> str:
    """The address of the metadata; empty for off."""
    if text is None:
        return METADATA_URL
    if text.casefold() == "off":
        return ""
    if not is_origin(origin_part(text)):
        raise InvalidValue("metadata-url-malformed", example=METADATA_URL, found=text)
    return text


def _refresh_every(text: str | None) -> timedelta | None:
    """The interval of scheduled refreshes; None for never."""
    if text is not None and text.casefold() == "off":
        return None
    every = _duration(text) or REFRESH_EVERY
    if every < SHORTEST_EVERY:
        raise InvalidValue("refresh-too-often", found=str(text))
    return every


def _per_second(text: str | None) -> int | None:
    """How often something may happen; None for no bound."""
    if text is None:
        return EVALUATIONS_PER_SECOND
    if text.casefold() == "off":
        return None
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_NUMBER or not int(text):
        raise InvalidValue("number-or-off", found=text)
    return int(text)


def _duration(text: str | None) -> timedelta | None:
    if text is None:
        return None
    number, unit = text[:-1], text[-1].lower()
    if unit not in UNITS:
        number, unit = text, "s"
    if not (number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER and int(number) > 0):
        raise InvalidValue("duration-malformed", found=text)
    if (duration := timedelta(seconds=int(number) * UNITS[unit])) > LONGEST_DURATION:
        raise InvalidValue("duration-too-long", most=LONGEST_DURATION.days, found=text)
    return duration


def _boolean(text: str | None) -> bool | None:
    if text is None:
        return None
    if text.casefold() in ("1", "true", "yes", "on"):
        return True
    if text.casefold() in ("0", "false", "no", "off"):
        return False
    raise InvalidValue("not-true-or-false", found=text)
