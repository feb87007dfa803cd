"""Each danger of reusing an answer: what happens between reads."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.support.app import PANEL
from tests.support.reused_story import TARGETS, Operations

PROVIDERS, MODELS, STATIC, LIVE, OVERVIEW, RESOLVE = (TARGETS[at] for at in (0, 4, 5, 6, 8, 10))


def reads(caller: str, target: str, times: int = 3) -> tuple[Any, ...]:
    return ("read", caller, target, {}, False, times)


def forward(**by: float) -> tuple[Any, ...]:
    return ("step", timedelta(**by))


def write(what: str) -> tuple[Any, ...]:
    return ("write", what)


LAST_DAY = timedelta(days=37, hours=10, minutes=59, seconds=50)
"""To ten seconds before the day on which a model has ended."""


KNOWN_DANGERS: dict[str, Operations] = {
    "signed out": [reads("nima", PROVIDERS), write("sign out"), reads("nima", PROVIDERS)],
    "disabled": [reads("nima", PROVIDERS), write("disable"), reads("nima", PROVIDERS)],
    "another role": [reads("nima", PROVIDERS), write("role"), reads("nima", PROVIDERS)],
    "revoked": [write("select"), reads("resolver", RESOLVE), write("revoke"), reads("resolver", RESOLVE)],
    "expired token": [
        write("select"),
        forward(days=89, hours=23, seconds=3590),
        reads("resolver", RESOLVE),
        forward(seconds=20),
        reads("resolver", RESOLVE),
    ],
    "expired session": [
        *[step for _ in range(36) for step in (forward(minutes=19, seconds=59), reads("sara", PROVIDERS, 1))],
        *(reads("sara", PROVIDERS), forward(seconds=50), reads("sara", PROVIDERS)),
    ],
    "idle": [reads("sara", PROVIDERS), forward(minutes=31), reads("sara", PROVIDERS)],
    "seen to end, clock back": [
        *(reads("sara", PROVIDERS), forward(minutes=31), reads("sara", STATIC, 1)),
        *(forward(minutes=-31), reads("sara", PROVIDERS)),
    ],
    "use to write": [reads("sara", PROVIDERS), *[step for _ in range(40) for step in (forward(seconds=50), reads("sara", PROVIDERS))]],
    "metadata": [reads("sara", STATIC), write("metadata"), reads("sara", STATIC)],
    "another query": [reads("sara", PROVIDERS), reads("sara", TARGETS[2])],
    "stale list": [
        *(reads("sara", LIVE), forward(minutes=14, seconds=59), reads("sara", LIVE)),
        *(forward(seconds=1), reads("sara", LIVE)),
    ],
    "expired list, clock back": [
        *(reads("reader", LIVE), forward(days=7, seconds=-5), reads("reader", OVERVIEW, 1)),
        *(forward(seconds=10), reads("reader", OVERVIEW), forward(seconds=-8), reads("reader", OVERVIEW)),
    ],
    "expired list": [
        reads("reader", LIVE),
        forward(days=7, seconds=-5),
        reads("reader", OVERVIEW),
        forward(seconds=10),
        reads("reader", OVERVIEW),
    ],
    "new day": [write("select ending"), ("step", LAST_DAY), reads("resolver", RESOLVE), forward(seconds=20), reads("resolver", RESOLVE)],
    "evicted list": [reads("reader", LIVE), reads("reader", OVERVIEW), write("evict"), reads("reader", OVERVIEW)],
    "forced": [reads("sara", TARGETS[7]), reads("sara", TARGETS[7])],
    "dropped": [reads("sara", MODELS), write("forget"), reads("sara", MODELS)],
}


FURTHER: tuple[Mapping[str, str], ...] = (
    {},
    {"if-none-match": "*"},
    {"if-none-match": '"another"'},
    {"accept-encoding": "gzip, br"},
    {"origin": PANEL},
    {"x-request-id": "given", "sec-fetch-site": "cross-site"},
)


STEPS = tuple(
    timedelta(**step)
    for step in (
        {"seconds": 20},
        {"seconds": 61},
        {"minutes": 16},
        {"minutes": 31},
        {"hours": 12},
        {"days": 8},
        {"days": 91},
        {"seconds": -20},
        {"minutes": -3},
        {"hours": -13},
    )
)


WRITES = (
    *("select", "select another", "select ending", "deselect", "declare", "vendor", "sign out", "sign in"),
    *("disable", "enable", "role", "revoke", "clear", "forget", "evict", "metadata"),
)
