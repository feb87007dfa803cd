"""Makes the prices that ship from a wheel of genai-prices (https://github.com/pydantic/genai-prices, MIT): `python scripts/genai_prices.py WHEEL`.

The package itself needs pydantic and holds 30,000 lines of objects in memory; Modeldesk needs ids, names, context sizes and prices in US dollars.
"""

import datetime
import gzip
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "src" / "adapters" / "metadata" / "genai_prices.json.gz"
AMOUNTS = {
    "input_mtok": "prompt",
    "output_mtok": "completion",
    "cache_read_mtok": "cache_read",
    "cache_write_mtok": "cache_write",
    "cache_write_1h_mtok": "cache_write_1h",
    "output_reasoning_mtok": "reasoning",
    "input_audio_mtok": "audio_input",
    "output_audio_mtok": "audio_output",
    "input_image_mtok": "image_input",
    "output_image_mtok": "image_output",
}
CONVERTED = ("CNY", "EUR")
"""Currencies of which a comment says that the price was converted from them; in US dollars it is unknown."""


class Maker(dict[str, Any]):
    """A name of the package's data as a function that returns its arguments."""

    def __missing__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise KeyError(name)
        return lambda *values, **members: values[0] if values else {"kind": name, **members}


def main(wheel: Path, day: datetime.date) -> None:
    """Writes the file, with the day on which the prices were taken."""
    with zipfile.ZipFile(wheel) as packed:
        source = packed.read("genai_prices/data.py").decode()
    names = Maker(datetime=datetime, list=list)
    exec(source.replace("from .types import *", "").replace("from decimal import Decimal", ""), names)  # noqa: S102 - data of a named package
    vendors = {provider["id"]: dict(_models(provider, day)) for provider in names["providers"] if not _is_converted(provider)}
    content = {
        "version": wheel.name.split("-")[1],
        "day": day.isoformat(),
        "vendors": {name: found for name, found in vendors.items() if found},
    }
    TARGET.write_bytes(gzip.compress(json.dumps(content, separators=(",", ":"), sort_keys=True).encode(), 9, mtime=0))
    sys.stdout.write(f"{TARGET.name}: {len(content['vendors'])} vendors, {TARGET.stat().st_size:,} bytes\n")


def _is_converted(entry: dict[str, Any]) -> bool:
    return any(currency in (entry.get("price_comments") or "") for currency in CONVERTED)


def _models(provider: dict[str, Any], day: datetime.date) -> Iterator[tuple[str, dict[str, Any]]]:
    for model in provider.get("models", ()):
        price = _price(model.get("prices", {}), day) if not _is_converted(model) else {}
        aliases = [name for name in _equals(model["match"]) if name != model["id"]]
        known = {
            "name": model.get("name"),
            "context": model.get("context_window"),
            "aliases": aliases,
            "deprecated": model.get("deprecated"),
            **price,
        }
        yield model["id"], {name: value for name, value in known.items() if value}


def _equals(match: dict[str, Any]) -> Iterator[str]:
    if "equals" in match:
        yield match["equals"]
    for part in match.get("or_", ()):
        yield from _equals(part)


def _price(prices: Any, day: datetime.date) -> dict[str, Any]:
    """The price of that day, and the hours of the day with another one."""
    conditional = prices if isinstance(prices, list) else [{"prices": prices}]
    plain, hours = {}, []
    for entry in conditional:
        constraint = entry.get("constraint") or {}
        if "start_time" in constraint:
            hours.append({"start": f"{constraint['start_time']:%H:%M}", "end": f"{constraint['end_time']:%H:%M}", **_base(entry["prices"])})
        elif constraint.get("start_date", day) <= day:
            plain = entry["prices"]
    tiers = [*_tiers(plain), *hours]
    return {"amounts": _base(plain), **({"tiers": tiers} if tiers else {})} if _base(plain) else {}


def _base(prices: dict[str, Any]) -> dict[str, str]:
    found = {
        ours: value["base"] if isinstance(value := prices[theirs], dict) else value for theirs, ours in AMOUNTS.items() if theirs in prices
    }
    if "web_searches_kcount" in prices and not isinstance(prices["web_searches_kcount"], dict):
        found["web_search"] = f"{float(prices['web_searches_kcount']) / 1000:g}"
    return found


def _tiers(prices: dict[str, Any]) -> Iterator[dict[str, Any]]:
    steps = {tier["start"] for value in prices.values() if isinstance(value, dict) for tier in value["tiers"]}
    for step in sorted(steps):
        yield {"above_tokens": step, **{ours: _at(prices[theirs], step) for theirs, ours in AMOUNTS.items() if theirs in prices}}


def _at(value: Any, step: int) -> str:
    if not isinstance(value, dict):
        return str(value)
    return str(([value["base"]] + [tier["price"] for tier in value["tiers"] if tier["start"] <= step])[-1])


if __name__ == "__main__":
    main(Path(sys.argv[1]), datetime.date.fromisoformat(sys.argv[2]))
