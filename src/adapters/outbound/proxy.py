"""The operator's proxy for calls to vendors, and the hosts that are asked without it. Pure rules: nothing here opens a socket."""

from ipaddress import ip_address, ip_network
from urllib.parse import unquote, urlsplit

from attrs import field

from modeldesk.adapters.outbound.addresses import NUMBER_LIKE, AllowedHosts, forbidden, host_and_port
from modeldesk.adapters.outbound.refusals import Refused
from modeldesk.domain.records import frozen

LOCAL_NAMES = ("localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback")


@frozen
class OutboundProxy:
    """An http or https proxy. `exempt` lists hosts, suffixes (`.example.org`), `host:port`, networks, or `*`."""

    scheme: str
    host: str
    port: int
    credentials: tuple[str, str] | None = field(default=None, repr=False)
    exempt: tuple[str, ...] = ()

    def serves(self, host: str, port: int) -> bool:
        """Whether this host is asked through the proxy."""
        plain = host.lower().removesuffix(".")
        return not any(_matches(entry.lower(), plain, port) for entry in self.exempt)

    @property
    def own_hosts(self) -> AllowedHosts:
        """The proxy itself, which the operator has named, wherever it is."""
        return AllowedHosts(frozenset({(self.host, self.port)}))


def outbound_proxy(url: str, exempt: tuple[str, ...] = ()) -> OutboundProxy | None:
    """The proxy of a validated setting; None for an empty one."""
    if not url:
        return None
    parts = urlsplit(url)
    credentials = None if parts.username is None else (unquote(parts.username), unquote(parts.password or ""))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return OutboundProxy(parts.scheme, parts.hostname or "", port, credentials, exempt)


def require_public_literal(host: str, port: int, allowed: AllowedHosts) -> None:
    """Refuses an address that is not public where the proxy resolves names, and so nobody here sees what a name leads to.

    Raises Refused.
    """
    plain = host.lower().removesuffix(".")
    if allowed.has(host, port) or not (":" in plain or NUMBER_LIKE.fullmatch(plain) or plain in LOCAL_NAMES):
        return
    network = "loopback" if plain in LOCAL_NAMES else forbidden(plain)
    if network is not None:
        raise Refused("address-forbidden", address=plain, network=network, host=host_and_port(host, port))


def _matches(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    if "/" in entry:
        try:
            return ip_address(host) in ip_network(entry, strict=False)
        except ValueError:
            return False
    if entry in (host, f"{host}:{port}", host_and_port(host, port)):
        return True
    return host.endswith(f".{entry.removeprefix('.')}")
