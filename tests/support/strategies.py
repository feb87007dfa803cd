"""Hypothesis strategies for the domain's values: everything that the rules let pass, and nothing else."""

import string
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import strategies as st

from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.catalogue.list_state import Failure, ListState, PendingShrink
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.keys.provider_key import KeyBinding, KeyRejection, StoredKey
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability, PricingInfo, Provider, ProviderConfig, Slot
from modeldesk.domain.model.providers.translation import Translation, language_tag
from modeldesk.domain.model.values import numbers, texts
from modeldesk.domain.model.values.pricing import AMOUNTS, LARGEST_AMOUNT, PriceUnit, Pricing, amount
from modeldesk.domain.model.values.texts import CapabilityName, HttpUrl, ModelId, MultilineText, SingleLineText, Slug

Text = TypeVar("Text", bound=str)
Value = TypeVar("Value")
Strategy = st.SearchStrategy

SLUG_PARTS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
SPECIAL = "\u200c\u200dآگپچژیک؛۱٪é\u0301\u212b™😀\"'\\/$[]{}<>&%,:"
"""Characters that give writers and readers work: Persian with its joiners, accents in two forms, emoji, and what JSON and HTML escape."""


def any_text(max_size: int) -> Strategy[str]:
    """Plain, troublesome and any text, in equal parts."""
    return st.one_of(
        st.text(string.ascii_letters + " ", max_size=max_size), st.text(SPECIAL, max_size=max_size), st.text(max_size=max_size)
    )


def slugs() -> Strategy[Slug]:
    return st.lists(SLUG_PARTS, min_size=1, max_size=4).map("-".join).map(texts.slug)


def capability_names() -> Strategy[CapabilityName]:
    """The usual ones mostly, so that two providers often share one."""
    return st.one_of(st.sampled_from(["chat", "content", "image", "audio"]), slugs()).map(texts.capability_name)


def lines(max_size: int = 40) -> Strategy[SingleLineText]:
    return _passing(texts.single_line_text, any_text(max_size))


def prose(max_size: int = 80) -> Strategy[MultilineText]:
    """Descriptions, empty ones and ones of several lines among them."""
    return _passing(texts.multiline_text, st.one_of(any_text(max_size), st.text("ab \n\t", max_size=max_size)))


def model_ids() -> Strategy[ModelId]:
    """Ids as vendors write them mostly, and whatever else is allowed."""
    usual = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8})?(-[0-9a-z.]{1,4}){0,3}(:[a-z]{1,5})?", fullmatch=True)
    return _passing(texts.model_id, st.one_of(usual, any_text(30)))


def http_urls() -> Strategy[HttpUrl]:
    """Addresses with ports, paths, queries and fragments, and the empty one."""
    host = st.one_of(
        st.lists(SLUG_PARTS, min_size=1, max_size=3).map(".".join), st.just("127.0.0.1"), st.just("[::1]"), st.just("گوگل.example")
    )
    port = st.one_of(st.just(""), st.integers(1, 65_535).map(lambda number: f":{number}"))
    rest = st.one_of(st.just(""), any_text(20).map(lambda text: f"/{text}"))
    whole = st.tuples(st.sampled_from(["http", "https"]), host, port, rest).map(lambda parts: "{}://{}{}{}".format(*parts))
    return _passing(texts.http_url, st.one_of(whole, st.just("")))


def amounts() -> Strategy[Decimal]:
    return st.one_of(
        st.sampled_from(["0", "0.075", "2.50", "10", "1e-18", str(LARGEST_AMOUNT)]),
        st.decimals(0, LARGEST_AMOUNT, allow_nan=False, allow_infinity=False, places=9).map(str),
    ).map(amount)


def pricings() -> Strategy[Pricing]:
    return st.builds(Pricing, st.sampled_from(PriceUnit), st.dictionaries(st.sampled_from(AMOUNTS), amounts(), max_size=4))


def declared_models() -> Strategy[DeclaredModel]:
    """Plain ids half of the time, as declarations have them."""
    return st.one_of(
        st.builds(DeclaredModel, model_ids()),
        st.builds(
            DeclaredModel,
            model_ids(),
            st.none() | lines(),
            st.none() | st.booleans(),
            st.none() | pricings(),
            st.none() | st.integers(1, numbers.LARGEST_CONTEXT).map(numbers.tokens),
        ),
    )


def capabilities() -> Strategy[Capability]:
    patterns = st.lists(st.sampled_from(["*", "gpt-*", "*[0-9]", "?"]).map(texts.model_pattern), max_size=2).map(tuple)
    models = st.lists(declared_models(), max_size=4).map(tuple)
    return st.builds(Capability, st.booleans(), st.booleans(), prose(), models, patterns, patterns)


def further(kind: type[Any]) -> Strategy[dict[str, Any]]:
    """Keys that an open object does not know, and any JSON behind them."""
    known = {attribute.name for attribute in kind.__attrs_attrs__}
    leaves = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | _floats(-(10.0**9), 10.0**9) | prose(20)
    values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(lines(10), inner, max_size=3), max_leaves=5)
    return st.dictionaries(lines(10).filter(lambda key: key not in known), values, max_size=2)


def configs() -> Strategy[ProviderConfig]:
    return st.builds(
        ProviderConfig,
        st.none() | st.booleans(),
        st.none() | st.integers(0, numbers.MOST_RETRIES).map(numbers.retry_count),
        st.none() | _floats(0.001, numbers.LONGEST_TIMEOUT).map(numbers.seconds),
        st.none() | st.dictionaries(st.sampled_from(["X-Version", "OpenAI-Project"]), st.sampled_from(["1", "a b"])),
        st.none() | st.dictionaries(st.sampled_from(["api-version", "view"]), st.sampled_from(["", "2026-01-01", "é&="])),
        st.none() | st.sampled_from(["models/all", "/v2/models?view=full"]),
        st.none() | st.sampled_from(["X-Api-Key", "Authorization"]),
        st.none() | st.sampled_from(["", "Token", "Basic"]),
        further(ProviderConfig),
    )


def translations() -> Strategy[Translation]:
    return st.builds(Translation, st.none() | lines(), st.none() | prose(), st.dictionaries(capability_names(), prose(), max_size=2))


def pricing_infos() -> Strategy[PricingInfo]:
    return st.builds(
        PricingInfo,
        st.none() | lines(),
        st.none() | _floats(0, numbers.LARGEST_CREDIT).map(numbers.us_dollars),
        st.none() | st.booleans(),
        further(PricingInfo),
    )


def providers(slug: Strategy[Slug] | None = None) -> Strategy[Provider]:
    """Providers of any of the shipped classes; `slug` narrows down what they are called."""
    return st.builds(
        Provider,
        slug=slug or slugs(),
        name=lines(),
        display_name=lines(),
        description=prose(),
        provider_class=st.sampled_from([known.name for known in shipped_classes().classes]),
        api_base_url=http_urls(),
        website=http_urls(),
        logo_url=http_urls(),
        documentation_url=http_urls(),
        capabilities=st.dictionaries(capability_names(), capabilities(), max_size=3),
        config=configs(),
        pricing_info=pricing_infos(),
        translations=st.dictionaries(st.sampled_from(["fa", "pt-BR"]).map(language_tag), translations(), max_size=2),
        sort_order=st.integers(-numbers.LARGEST_SORT_ORDER - 1, numbers.LARGEST_SORT_ORDER).map(numbers.sort_order),
        is_active=st.booleans(),
        is_recommended=st.booleans(),
        allow_personal_keys=st.booleans(),
        allow_shared_for_normal_admins=st.booleans(),
    )


def desks(max_size: int = 4) -> Strategy[list[Provider]]:
    """Several providers, each slug once."""
    return st.lists(providers(), max_size=max_size, unique_by=lambda provider: provider.slug)


def vendor_lists() -> Strategy[VendorList]:
    """Lists as vendors give them: of most models much is not said."""
    kinds = st.none() | st.lists(st.sampled_from(Modality), max_size=3).map(tuple)
    model = st.builds(
        VendorModel,
        model_ids(),
        st.none() | lines(),
        st.none() | pricings(),
        st.none() | st.integers(1, 10**12),
        kinds,
        kinds,
        st.none() | lines(10),
        st.none() | st.dates(),
        st.none() | st.dates(),
        st.none() | st.dates(),
        st.none() | lines(10),
    )
    return st.builds(VendorList, st.lists(model, max_size=4).map(tuple), st.integers(0, 99), st.integers(0, 99))


def moments() -> Strategy[datetime]:
    """To the microsecond, as databases keep them."""
    return st.integers(0, 2 * 10**15).map(lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds))


def digests() -> Strategy[str]:
    return st.sampled_from(["d1", "d2", "f" * 32])


def reasons() -> Strategy[Reason]:
    """With a text and a number among the facts, or another reason."""
    plain = st.builds(lambda said, status: Reason("vendor-said", said=said, status=status), lines(), st.integers(100, 599))
    return plain | plain.map(lambda reason: Reason("key-wanted-by-vendor", provider="nobody", reason=reason))


def list_states() -> Strategy[ListState]:
    """Of any provider: who takes one says whose it is."""
    failures = st.builds(Failure, st.sampled_from(["vendor-failed", "key-rejected", "key-missing"]), reasons(), digests(), moments())
    return st.builds(
        ListState,
        st.just(Slug("nobody")),
        digests(),
        st.integers(0, 5),
        st.integers(0, 20_000),
        st.none() | moments(),
        st.integers(0, 10**6),
        st.booleans(),
        st.none() | failures,
        st.none() | st.builds(PendingShrink, digests(), st.integers(0, 20_000)),
    )


def stored_keys(slug: Slug) -> Strategy[StoredKey]:
    """The shared one, or an admin's own."""
    binding = st.builds(KeyBinding, st.just(slug), st.none() | st.sampled_from(["ann", "سارا"]), http_urls())
    return st.builds(
        StoredKey,
        binding,
        st.binary(max_size=40),
        st.text("aZ9_", max_size=4),
        digests(),
        moments(),
        lines(),
        st.booleans(),
        st.none() | key_rejections(),
    )


def key_rejections() -> Strategy[KeyRejection]:
    return st.builds(KeyRejection, reasons(), digests(), moments())


def slots() -> Strategy[Slot]:
    return st.builds(Slot, slugs(), capability_names())


def _floats(least: float, most: float) -> Strategy[float]:
    # Smaller ones are refused by the reader of JSON numbers, so that none can be stored.
    return st.floats(least, most, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-25)


def _passing(rule: Callable[[str], Text], candidates: Strategy[str]) -> Strategy[Text]:
    """What the rule makes of the candidates that it accepts."""

    def judged(text: str) -> Text | None:
        try:
            return rule(unicodedata.normalize("NFC", text))
        except InvalidValue:
            return None

    return candidates.map(judged).filter(lambda text: text is not None)
