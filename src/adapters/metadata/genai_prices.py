"""Prices, names and context sizes of genai-prices (https://github.com/pydantic/genai-prices, MIT), as `scripts/genai_prices.py` took them."""

import gzip
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

from modeldesk.adapters.metadata.blocks import MODULES, Keeping, Source, blocks_of
from modeldesk.adapters.metadata.models_dev import EURO_VENDORS
from modeldesk.adapters.metadata.packed_rows import packed_rows
from modeldesk.adapters.metadata.rows_on_request import RowsOnRequest
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim, LifecycleState
from modeldesk.domain.model.catalogue.metadata_join import Layer
from modeldesk.domain.model.values.pricing import DOLLARS, PriceTier, Pricing

SOURCE = "genai-prices"
VENDOR_NAMES = {"xai": "x-ai", "amazon-bedrock": "aws", "cloudflare-workers-ai": "cloudflare"}
"""Names of vendors at genai-prices that differ from those in the shipped declaration."""

SHIPPED = Path(__file__).with_name("genai_prices.json.gz")
_ALIASES = "aliases of "
"""Before a vendor's name: the block of other ids that the source documents for its models."""

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
    """The prices that ship. A model is read when it is looked up. `keeping` says where their packed form is kept."""

    def __init__(self, keeping: Keeping | None = None) -> None:
        forms = keeping(Path(__file__), "msgspec", *MODULES) if keeping is not None else None
        self._blocks = blocks_of(_shipped, forms, SOURCE, crc32(SHIPPED.read_bytes()))
        self.vendors = frozenset(name for name in self._blocks.names if not name.startswith(_ALIASES))

    @property
    def size(self) -> int:
        """In bytes, as they are kept."""
        return self._blocks.size

    @property
    def observed_at(self) -> datetime | None:
        """The day on which the prices were taken."""
        return self._blocks.observed_at

    def layer(self, vendor: str) -> Layer:
        """What it knows of a vendor's models, without any for an unknown vendor."""
        name, day = VENDOR_NAMES.get(vendor, vendor), self.observed_at
        if name not in self.vendors:
            return Layer(SOURCE, {})
        currency = "EUR" if name in EURO_VENDORS else DOLLARS
        rows = RowsOnRequest(self._blocks.rows(name), lambda _, row: _facts(_MODEL.decode(row), currency, day))
        return Layer(SOURCE, rows, _Texts(self._blocks.rows(_ALIASES + name)))


class _Texts(Mapping[str, str]):
    def __init__(self, rows: Mapping[str, bytes]) -> None:
        self._rows = rows

    def __getitem__(self, name: str) -> str:
        return self._rows[name].decode()

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _shipped() -> Source:
    written = SHIPPED.read_bytes()
    file, blocks = _FILE.decode(gzip.decompress(written)), dict[str, bytes]()
    for vendor, models in file.vendors.items():
        named = _NAMES.decode(models)
        blocks[vendor] = packed_rows({model: bytes(row) for model, row in _ROWS.decode(models).items()})
        blocks[_ALIASES + vendor] = packed_rows(
            {alias: known.encode() for known, names in named.items() for alias in names.aliases if alias not in named}
        )
    return Source(blocks, datetime.fromisoformat(file.day).replace(tzinfo=UTC), crc32(written))


def _facts(model: _Model, currency: str, observed_at: datetime | None) -> ModelFacts:
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
