"""A short reading of a request's User-Agent: which program, and on which system.

It tells the sessions of one person apart. The header itself is not stored: it is long, and it identifies people. Browsers have named the same
families and systems in it for years, so a table does what parsers with thousands of patterns do.
"""

import re
from collections.abc import Mapping

from litestar.types import Scope

LONGEST_READ = 400
"""Characters of the header that are read."""

BROWSERS: Mapping[str, str] = {
    "Edg": "Edge",
    "OPR": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "YaBrowser": "Yandex",
    "Vivaldi": "Vivaldi",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""Browsers by their marks. The first mark that is found counts, since the header of most contains marks of later ones, too."""

SYSTEMS: Mapping[str, str] = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Macintosh": "macOS",
    "Linux": "Linux",
}

_PROGRAM = re.compile(r"([A-Za-z][A-Za-z0-9._-]{0,31})(?:/|$)")
"""What programs that are no browsers begin with: `curl/8.9`, `python-requests/2.32`."""


def client_device(scope: Scope) -> str:
    """`Firefox on Windows`, `Safari`, `curl`; empty where the header is missing or says none of these."""
    sent = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
    return device_of(sent[:LONGEST_READ].decode("latin-1"))


def device_of(user_agent: str) -> str:
    """The reading of the header. Nothing of it is repeated but the name of a program in ASCII."""
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), "")
    browser = next((name for mark, name in BROWSERS.items() if mark in user_agent), "")
    if not browser and not system and (program := _PROGRAM.match(user_agent)) is not None and program[1] != "Mozilla":
        return program[1]
    return f"{browser} on {system}" if browser and system else browser or system
