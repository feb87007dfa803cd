"""The settings of calls to vendors: further authorities, and a proxy. Each is checked at the start."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from modeldesk.domain.errors import FileRefused, InvalidValue
from modeldesk.entrypoints.lazy import lazy

ENTRY = re.compile(r"\*|\.?[A-Za-z0-9_-][A-Za-z0-9_.-]*(:[0-9]{1,5})?|[0-9a-fA-F:.]+(/[0-9]{1,3})?|\[[0-9a-fA-F:.]+\](:[0-9]{1,5})?")


def authorities_file(text: str | None) -> Path | None:
    """The file of `CA_FILE`. Raises InvalidValue."""
    if text is None:
        return None
    import ssl  # noqa: PLC0415 - few installations have the file, and every command runs this

    try:
        lazy("outbound.trust:authorities_in")(Path(text))
    except FileRefused as error:
        raise InvalidValue("certificates-refused", file=text, reason=error.reason) from None
    except ssl.SSLError:
        raise InvalidValue("certificates-not-pem", found=text) from None
    except OSError as error:
        raise InvalidValue("certificates-unreadable", file=text, said=(error.strerror or "unknown").lower()) from None
    return Path(text)


def proxy_url(text: str) -> str:
    """The URL of `OUTBOUND_PROXY`, which may have a user name and a password. Raises InvalidValue, which quotes neither."""
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - reading it raises for an invalid port
    except ValueError:
        parts = urlsplit("")
    is_good = parts.scheme in ("http", "https") and parts.hostname and parts.path in ("", "/") and not parts.query and not parts.fragment
    if text and not (is_good and text.isprintable() and " " not in text):
        raise InvalidValue("proxy-url-malformed")
    return text


def exempt_hosts(text: str) -> tuple[str, ...]:
    """The entries of `NO_PROXY`. Raises InvalidValue."""
    entries = tuple(entry for entry in re.split(r"[,\s]+", text) if entry)
    for entry in entries:
        if not ENTRY.fullmatch(entry):
            raise InvalidValue("exempt-host-malformed", found=entry)
    return entries
