"""Reads plain entries of a declaration in a fraction of the time. Plain entries are printable ASCII without escapes and have the usual fields only.

Nearly all entries of a large declaration are plain. msgspec checks their shape in C, and most rules for texts accept every plain text unchanged.
The strict parser reads all other entries, and reports what is wrong.
"""

from collections.abc import Mapping
from functools import lru_cache
from operator import attrgetter
from typing import Annotated, Any, TypeAlias

import msgspec
from cattrs import Converter
from msgspec import UNSET, Raw, UnsetType

from modeldesk.adapters.checked_types import TEXTS
from modeldesk.adapters.strict_json.text import JsonBroken, read_json
from modeldesk.adapters.validation_errors import REFUSALS
from modeldesk.domain.model.providers.declared_model import DeclaredModels
from modeldesk.domain.model.providers.provider import Capability, PricingInfo, Provider, ProviderClassName, ProviderConfig
from modeldesk.domain.model.values.numbers import sort_order
from modeldesk.domain.model.values.texts import LONGEST_MODEL_ID, LONGEST_TEXT, CapabilityName, HttpUrl, MultilineText, SingleLineText, Slug
from modeldesk.domain.services.import_plan import DeclaredProvider

Text: TypeAlias = Annotated[str, msgspec.Meta(max_length=LONGEST_TEXT)]
"""A plain text of this length is a valid description."""

_DELETE = b"\x7f"
"""The only ASCII character that JSON allows in a text and that no rule accepts."""

_MOST_CACHED = 256


class _NotPlain(Exception):
    """Only the strict parser can judge this entry."""


class _Capability(msgspec.Struct):
    supported: bool
    has_dynamic_models: bool | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    models: list[Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_MODEL_ID)]] | UnsetType = UNSET


class _Entry(msgspec.Struct):
    """Fields whose defaults depend on other fields are required: without them, an entry is not plain."""

    slug: str
    name: Text
    display_name: Text
    provider_class: str
    api_base_url: str
    description: Text | UnsetType = UNSET
    website: str | UnsetType = UNSET
    logo_url: str | UnsetType = UNSET
    documentation_url: str | UnsetType = UNSET
    capabilities: dict[str, _Capability] | UnsetType = UNSET
    config: Raw | UnsetType = UNSET
    pricing_info: Raw | UnsetType = UNSET
    sort_order: int | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    is_recommended: bool | UnsetType = UNSET
    allow_personal_keys: bool | UnsetType = UNSET
    allow_shared_for_normal_admins: bool | UnsetType = UNSET


_NAMES = _Entry.__struct_fields__
_values = attrgetter(*_NAMES)
_URLS = ("api_base_url", "website", "logo_url", "documentation_url")
_URL, _SLUG, _CAPABILITY_NAME = TEXTS[HttpUrl], TEXTS[Slug], TEXTS[CapabilityName]


class PlainEntryReader:
    """Reads an entry exactly as the strict parser does, or not at all."""

    def __init__(self, converter: Converter) -> None:
        self._decode = msgspec.json.Decoder(_Entry).decode
        self._encode = msgspec.json.Encoder().encode
        self._class_name = converter.get_structure_hook(ProviderClassName)
        self._hooks = {kind: converter.get_structure_hook(kind) for kind in (ProviderConfig, PricingInfo)}
        # Thousands of entries share a few configurations and pricings, and both are immutable.
        self._part = lru_cache(maxsize=_MOST_CACHED)(self._read_part)

    def read(self, entry: bytes) -> DeclaredProvider | None:
        """The entry without its digest; None if it is not plain, or invalid."""
        if not is_plain(entry):
            return None
        try:
            found = self._decode(entry)
            # Decoding drops unknown and duplicate keys. Colons in texts are the same on both sides.
            if entry.count(b":") != self._encode(found).count(b":"):
                return None
            given = {name: value for name, value in zip(_NAMES, _values(found), strict=True) if value is not UNSET}
            provider = Provider(**self._checked(given))
        except (_NotPlain, msgspec.MsgspecError, JsonBroken, *REFUSALS):
            return None
        return DeclaredProvider(provider, frozenset(given))

    def _checked(self, given: dict[str, Any]) -> dict[str, Any]:
        given["slug"] = _SLUG(given["slug"])
        given["name"], given["display_name"] = _line(given["name"]), _line(given["display_name"])
        given["provider_class"] = self._class_name(given["provider_class"], ProviderClassName)
        for name in _URLS:
            if name in given:
                given[name] = _URL(given[name])
        if "capabilities" in given:
            given["capabilities"] = _capabilities(given["capabilities"])
        if "config" in given:
            given["config"] = self._part(bytes(given["config"]), ProviderConfig)
        if "pricing_info" in given:
            given["pricing_info"] = self._part(bytes(given["pricing_info"]), PricingInfo)
        if "sort_order" in given:
            given["sort_order"] = sort_order(given["sort_order"])
        return given

    def _read_part(self, data: bytes, kind: Any) -> Any:
        document = read_json(b"[[[%b]]]" % data)  # nested as deeply as in its document
        if document.problems:
            raise _NotPlain
        return self._hooks[kind](document.root[0][0][0], kind)  # type: ignore[index]


def is_plain(data: bytes) -> bool:
    """Whether all texts in this JSON are printable ASCII. JSON allows no control character without an escape."""
    return data.isascii() and b"\\" not in data and _DELETE not in data


def _line(text: str) -> SingleLineText:
    if not text.strip():
        raise _NotPlain
    return SingleLineText(text)


def _capabilities(parts: Mapping[str, _Capability]) -> dict[CapabilityName, Capability]:
    return {_CAPABILITY_NAME(name): _capability(part) for name, part in parts.items()}


def _capability(part: _Capability) -> Capability:
    ids = [] if part.models is UNSET else part.models
    if " " in "".join(ids):  # an id may contain blanks, but not at its ends
        raise _NotPlain
    description = MultilineText("" if part.description is UNSET else part.description)
    return Capability(part.supported, part.has_dynamic_models is True, description, DeclaredModels(tuple(ids)))  # type: ignore[arg-type]
