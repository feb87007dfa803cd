"""Prices, names and context sizes of genai-prices (https://github.com/pydantic/genai-prices, MIT), as `scripts/genai_prices.py` took them."""

import gzip
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from modeldesk.adapters.metadata.models_dev import EURO_VENDORS
from modeldesk.adapters.metadata.rows_on_request import RowsOnRequest
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim, LifecycleState
from modeldesk.domain.model.catalogue.metadata_join import Layer
from modeldesk.domain.model.values.pricing import DOLLARS, PriceTier, Pricing

SOURCE = "genai-prices"
VENDOR_NAMES = {"xai": "x-ai", "amazon-bedrock": "aws", "cloudflare-workers-ai": "cloudflare"}
"""Names of vendors at genai-prices that differ from those in the shipped declaration."""

CONDITIONS = ("above_tokens", "start", "end")


class _Model(msgspec.Struct):
    name: str | None = None
    context: int | None = None
    deprecated: bool = False
    amounts: dict[str, str] = msgspec.field(default_factory=dict)
    tiers: tuple[dict[str, Any], ...] = ()


class _Named(msgspec.Struct):
    aliases: tuple[str, ...] = ()


class _File(msgspec.Struct):
    version: str
    day: str
    vendors: dict[str, msgspec.Raw]


_FILE, _MODEL = msgspec.json.Decoder(_File), msgspec.json.Decoder(_Model)
_ROWS, _NAMES = msgspec.json.Decoder(dict[str, msgspec.Raw]), msgspec.json.Decoder(dict[str, _Named])


class GenaiPrices:
    """The prices that ship. A model is read when it is looked up."""

    def __init__(self) -> None:
        written = gzip.decompress(Path(__file__).with_name("genai_prices.json.gz").read_bytes())
        self.size = len(written)
        self._file = _FILE.decode(written)

    @property
    def observed_at(self) -> datetime:
        """The day on which the prices were taken."""
        return datetime.fromisoformat(self._file.day).replace(tzinfo=UTC)

    @property
    def vendors(self) -> frozenset[str]:
        return frozenset(self._file.vendors)

    def layer(self, vendor: str) -> Layer:
        """What it knows of a vendor's models, without any for an unknown vendor."""
        file, name = self._file, VENDOR_NAMES.get(vendor, vendor)
        if name not in file.vendors:
            return Layer(SOURCE, {})
        written = file.vendors[name]
        names = _NAMES.decode(written)
        observed_at = datetime.fromisoformat(file.day).replace(tzinfo=UTC)
        currency = "EUR" if name in EURO_VENDORS else DOLLARS
        aliases = {alias: known for known, named in names.items() for alias in named.aliases if alias not in names}
        rows = RowsOnRequest(_ROWS.decode(written), lambda _, row: _facts(_MODEL.decode(row), currency, observed_at))
        return Layer(SOURCE, rows, aliases)


def _facts(model: _Model, currency: str, observed_at: datetime) -> ModelFacts:
    claim = LifecycleClaim(SOURCE, state=LifecycleState.DEPRECATED, observed_at=observed_at)
    return ModelFacts(
        name=model.name,
        pricing=_pricing(model, currency),
        context_length=model.context or None,
        claims=(claim,) if model.deprecated else (),
    )


def _pricing(model: _Model, currency: str) -> Pricing | None:
    """None for a price of zero, which proves nothing free."""
    amounts = _amounts(model.amounts)
    return Pricing(amounts=amounts, currency=currency, tiers=tuple(_tiers(model))) if any(amounts.values()) else None


def _amounts(written: Mapping[str, Any]) -> dict[str, Decimal]:
    return {name: Decimal(value) for name, value in written.items() if name not in CONDITIONS}


def _tiers(model: _Model) -> Iterator[PriceTier]:
    for tier in model.tiers:
        yield PriceTier(_amounts(tier), **{name: tier[name] for name in CONDITIONS if name in tier})
