"""Lists as JSON: what comes back is what was written, in little room, and nothing else is taken for a list."""

import gc
import json
import tracemalloc
from datetime import date
from decimal import Decimal

import msgspec
import pytest
from attrs import evolve
from hypothesis import example, given
from hypothesis import strategies as st

from modeldesk.adapters.shared_parts import with_shared_parts
from modeldesk.adapters.vendor_list_json import ListUnreadable, read_list, serialize_list
from modeldesk.domain.errors import Reason
from modeldesk.domain.model.catalogue.vendor_list import Modality, UnreadableRow, VendorList, VendorModel, vendor_list
from modeldesk.domain.model.values.pricing import PriceUnit, Pricing
from modeldesk.domain.model.values.texts import ModelId
from tests.support.counts import count
from tests.support.strategies import any_text, model_ids, pricings

MODALITIES = st.none() | st.lists(st.sampled_from(Modality), max_size=3).map(tuple)
DAYS = st.none() | st.dates()
MODELS = st.builds(
    VendorModel,
    model_ids(),
    st.none() | any_text(30),
    st.none() | pricings(),
    st.none() | st.integers(1, 10**12),
    MODALITIES,
    MODALITIES,
    st.none() | any_text(10),
    DAYS,
    DAYS,
    DAYS,
    st.none() | any_text(10),
)
REASONS = st.sampled_from([Reason("row-without-id"), Reason("answer-not-trusted", reason=Reason("key-repeated", line=3))])
ROWS = st.lists(st.builds(UnreadableRow, st.integers(1, 99), REASONS, any_text(10)), max_size=2).map(tuple)
LISTS = st.builds(VendorList, st.lists(MODELS, max_size=5).map(tuple), st.integers(0, 99), st.integers(0, 99), ROWS, st.none() | REASONS)
PRICE = Pricing(PriceUnit.MILLION_TOKENS, {"prompt": Decimal("0.15"), "completion": Decimal("0.60")})


def alike(count: int) -> VendorList:
    """As a vendor lists them: own ids and names, and everything else out of few values, each time a new object."""
    return vendor_list(
        VendorModel(
            ModelId(f"acme/model-{number}-instruct"),
            f"Acme: Model {number} Instruct",
            Pricing(amounts={"prompt": Decimal(f"0.{number % 40 + 10}"), "completion": Decimal(f"2.{number % 40 + 10}")}),
            128_000 + number % 8 * 1_000,
            tuple(Modality(word) for word in ("text", "image")),
            tuple(Modality(word) for word in ("text",)),
            "".join(["ch", "at"]),
            date(2026, 1, 1 + number % 28),
        )
        for number in range(count)
    )


@given(LISTS)
@example(VendorList((), 3, 4))
@example(VendorList((VendorModel(ModelId("a"), pricing=Pricing(PriceUnit.IMAGE, {"request": Decimal("1E-18")}, "EUR")),)))
def test_a_list_comes_back_as_it_was(models: VendorList) -> None:
    """Whatever is in it: unknown stays unknown, empty stays empty, and each amount has the same digits."""
    back = read_list(serialize_list(models))
    assert back == models
    for before, after in zip(models.models, back.models, strict=True):
        if before.pricing and after.pricing:
            assert {name: str(value) for name, value in before.pricing.amounts.items()} == {
                name: str(value) for name, value in after.pricing.amounts.items()
            }


@given(LISTS)
def test_a_list_with_shared_parts_is_the_same_list(models: VendorList) -> None:
    """And what is written of it are the same bytes."""
    assert with_shared_parts(models) == models
    assert serialize_list(with_shared_parts(models)) == serialize_list(models)


def test_the_bytes_are_plain_json_without_what_is_unknown() -> None:
    """An amount is a string, so that no reader makes a binary fraction of it."""
    models = VendorList((VendorModel(ModelId("gpt"), pricing=PRICE, outputs=(Modality.TEXT,), created_on=date(2026, 1, 2)),), 1)
    assert json.loads(serialize_list(models)) == {
        "models": [
            {
                "id": "gpt",
                "pricing": {"unit": "1M tokens", "amounts": {"prompt": "0.15", "completion": "0.60"}, "currency": "USD", "tiers": []},
                "outputs": ["text"],
                "created_on": "2026-01-02",
            }
        ],
        "repeated": 1,
        "unreadable": 0,
    }


def test_equal_prices_in_another_order_are_written_alike() -> None:
    """A digest of the bytes is a digest of the list."""
    turned = Pricing(PRICE.unit, dict(reversed(PRICE.amounts.items())))
    first, second = (VendorList((VendorModel(ModelId("gpt"), pricing=price),)) for price in (PRICE, turned))
    assert serialize_list(first) == serialize_list(second)


def test_equal_parts_of_a_list_are_one_object() -> None:
    """Prices, amounts, modalities, words, days and numbers."""
    first, second = read_list(serialize_list(VendorList((alike(57).models[0], alike(57).models[56])))).models
    assert first.id != second.id
    assert (first.inputs is second.inputs, first.outputs is second.outputs, first.task is second.task) == (True, True, True)
    assert first.created_on is second.created_on
    assert first.context_length is second.context_length
    first, second = read_list(serialize_list(VendorList((alike(41).models[0], alike(41).models[40])))).models
    assert first.pricing is second.pricing
    assert first.pricing is not None


def test_equal_parts_of_two_lists_are_one_object_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gateways sell what vendors do, at their prices. What was seen in lists that are gone is forgotten at some time."""
    data = serialize_list(alike(41))
    first = read_list(data).models[40]
    assert read_list(data).models[40].pricing is first.pricing
    assert with_shared_parts(VendorList((evolve(first, pricing=PRICE, created_on=date(2026, 1, 2)),))).models[0].outputs is first.outputs
    monkeypatch.setattr("modeldesk.adapters.shared_parts.MOST_SHARED", 0)
    again = read_list(data).models[40]
    assert again.pricing == first.pricing
    assert again.pricing is not first.pricing


def test_equal_amounts_of_other_digits_stay_apart() -> None:
    """Also where another list had the same amount before: what is written of a list is what was written of it before."""
    for text in ("7.70", "7.7"):
        priced = VendorModel(ModelId("a"), pricing=Pricing(amounts={"prompt": Decimal(text)}))
        (back,) = with_shared_parts(VendorList((priced,))).models
        assert back.pricing is not None
        assert str(back.pricing.amounts["prompt"]) == text


def test_what_is_equal_to_python_and_different_in_kind_stays_apart() -> None:
    """A context of one token, an amount of one dollar: 1 and Decimal(1) are equal, and not the same."""
    price = Pricing(amounts={"prompt": Decimal(1), "completion": Decimal("1.0")})
    (back,) = read_list(serialize_list(VendorList((VendorModel(ModelId("1"), "1", price, 1),)))).models
    assert type(back.context_length) is int
    assert back.pricing is not None
    assert {type(value) for value in back.pricing.amounts.values()} == {Decimal}


def test_models_take_little_memory() -> None:
    """At most 700 bytes a model: 20 lists of 5,000 stay below 70 MB. The nightly run uses a list of that length."""
    data = serialize_list(alike(length := count(1_000, 5_000)))
    gc.freeze()  # the collections below inspect the list alone
    tracemalloc.start()
    try:
        kept = read_list(data)
        gc.collect()
        used = tracemalloc.get_traced_memory()[0] / len(kept.models)
        del kept
        gc.collect()
        plain = msgspec.json.decode(data, type=VendorList)
        unshared = tracemalloc.get_traced_memory()[0] / len(plain.models)
    finally:
        tracemalloc.stop()
    print(
        json.dumps({"name": "memory of a list", "bytes_per_model": round(used), "unshared": round(unshared), "json": len(data) // length})
    )
    assert used < 700
    assert used < 0.7 * unshared


def test_a_cached_list_takes_less_memory_than_its_models() -> None:
    """Less than a third, ids, names and shared parts left aside, which both hold."""
    models = read_list(serialize_list(alike(1_000)))
    gc.freeze()
    tracemalloc.start()
    try:
        packed = with_shared_parts(models)
        gc.collect()
        columns = tracemalloc.get_traced_memory()[0] / len(packed.models)
        made = list(packed.models)
        gc.collect()
        each = tracemalloc.get_traced_memory()[0] / len(made) - columns
    finally:
        tracemalloc.stop()
    assert packed == models
    assert columns < 0.3 * each


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"models":null}',
        b'{"models":[{"name":"no id"}]}',
        b'{"models":[{"id":"a","pricing":{"unit":"bushel"}}]}',
        b'{"models":[{"id":"a","pricing":{"amounts":{"prompt":"a lot"}}}]}',
        b'{"models":[{"id":"a","inputs":["smell"]}]}',
        b'{"models":[{"id":"a","created_on":"2026-13-40"}]}',
        b'{"models":[{"id":"\xff"}]}',
        b'{"models":[]',
        b'{"models":[]} and more',
        b'{"x":' + b"[" * 100_000,
        b"\x80\x04\x95pickle.",
    ],
)
def test_bytes_that_are_no_list_are_refused(data: bytes) -> None:
    """With one error, which quotes nothing of them."""
    with pytest.raises(ListUnreadable) as caught:
        read_list(data)
    assert str(caught.value) == "not a list that Modeldesk wrote"


@given(st.binary(max_size=60), st.integers(0, 10**6), LISTS)
def test_no_bytes_raise_anything_else(noise: bytes, place: int, models: VendorList) -> None:
    """Noise, and a list that noise was written into."""
    data = serialize_list(models)
    at = place % (len(data) + 1)
    for nonsense in (noise, data[:at] + noise + data[at + len(noise) :], data[:at]):
        try:
            read_list(nonsense)
        except ListUnreadable:
            continue
