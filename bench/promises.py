"""The promised ratios, and a report of measured ones beside them."""

from collections.abc import Mapping

READS = ("providers", "models", "browse_static", "browse400", "browse5000", "overview")

NOT_WORSE = 0.95
"""The least ratio to another commit: what is nearer to 1 is noise of most machines."""

PROMISES = {
    "import 10,000 / raw floor, wall": ("at most", 2.7),
    "import 10,000: peer / Modeldesk, wall": ("at least", 6.5),
    "import 10,000 again / raw floor, wall": ("at most", 1.3),
    "import 10,000 again: peer / Modeldesk, wall": ("at least", 6.0),
    "import 10 / peer, wall": ("at most", 1.0),
    "import 10,000 / raw floor, peak memory": ("at most", 2.2),
    "import 10,000 again / raw floor, peak memory": ("at most", 2.2),
    "modeldesk --help / import click, attrs": ("at most", 1.6),
    "ready / import litestar, sqlalchemy": ("at most", 2.0),
    "GET providers / peer": ("at least", 20.0),
    "GET models / peer": ("at least", 45.0),
    "GET browse_static / peer": ("at least", 9.0),
    "GET browse400 / peer": ("at least", 20.0),
    "GET browse5000 / peer": ("at least", 50.0),
    "GET overview / peer": ("at least", 25.0),
    **{f"GET {name} / limit": ("at least", 0.9) for name in READS},
    **{f"GET {name}, p99/p50 / limit's": ("at most", 1.3) for name in READS},
    "POST select / peer (synchronous=FULL)": ("at least", 6.0),
    "POST select / limit": ("at least", 0.45),
    "memory (PSS), started / peer": ("at most", 1.1),
    "memory (PSS), after all reads / peer": ("at most", 1.3),
    **{f"PostgreSQL: GET {name} / on SQLite": ("at least", 0.7) for name in READS},
    "PostgreSQL: POST select / peer": ("at least", 4.0),
    "PostgreSQL: POST select, CPU / on SQLite": ("at most", 2.0),
}

OLD = "/ old"
"""How a ratio to another commit ends. All of them say how many times as good the new one is."""


def report(ratios: Mapping[str, float]) -> None:
    print(f"\n{'ratio':48} {'measured':>9}   promise")
    for name, ratio in ratios.items():
        words, bound = PROMISES.get(name, ("at least", NOT_WORSE) if name.endswith(OLD) else ("", 0.0))
        kept = {"at most": ratio <= bound, "at least": ratio >= bound, "": True}[words]
        promise = f"{words} {bound:g}x {'' if kept else '  NOT KEPT'}" if words else "none"
        print(f"{name:48} {ratio:8.2f}x   {promise}")
