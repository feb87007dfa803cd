"""Whatever becomes of an entry that a vendor really sent (a field gone, null, or of another type), reading it never raises, and invents no price."""

from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.adapters.providers.vendor_api import ListBroken, VendorApi
from modeldesk.adapters.strict_json.text import read_json
from modeldesk.domain.model.catalogue.vendor_list import VendorModel
from modeldesk.domain.model.providers.provider import ProviderClassName
from modeldesk.domain.model.values.pricing import Pricing
from tests.support.counts import count
from tests.support.vendor_captures import Capture, captures

GONE = object()
STRANGE: tuple[Any, ...] = (
    GONE, None, True, False, "", "abc", "-1", "NaN", "1,5", " 1", -1, Decimal("-0.5"), 10**17, [], [None], [[-1]], {}, {"usd": None}, {"a": []},
)  # fmt: skip
"""What takes the place of a value. None of it is a price; 10**17 is absurd as anything."""

Where = tuple[str | int, ...]
FIRST_ENTRIES = 1
"""Of each recording; at night there are all."""


@cache
def api_of(class_name: str) -> VendorApi:
    return vendor_api(ProviderClassName(class_name))


@cache
def page_of(capture: Capture) -> Any:
    return read_json(capture.body).root


def entries_of(capture: Capture) -> list[Any]:
    return list(api_of(capture.reader.class_name).entries(page_of(capture)))


def places(value: Any, most_items: int = 4) -> Iterator[Where]:
    """Every member and item in it, outermost first; of long lists the first items."""
    members = value.items() if isinstance(value, dict) else enumerate(value[:most_items]) if isinstance(value, list) else ()
    for key, inner in members:
        yield (key,)
        yield from ((key, *deeper) for deeper in places(inner, most_items))


def changed(value: Any, where: Where, strange: Any) -> Any:
    """A copy with something strange at that place; the original stays."""
    key, *deeper = where
    copy = value.copy()
    if not deeper and strange is GONE:
        del copy[key]
    else:
        copy[key] = changed(value[key], tuple(deeper), strange) if deeper else strange
    return copy


def costs_nothing(entry: Any) -> bool:
    """Whether all that is left under `pricing` is a zero, both ways."""
    prices = {name: value for name, value in entry["pricing"].items() if value is not None}
    return {"prompt", "completion"} <= prices.keys() and all(isinstance(value, str) and not value.strip("0.") for value in prices.values())


def must_not_be_invented(entry: Any, read: VendorModel | None, before: Pricing | None) -> None:
    """Each amount is one that stood there before; free is only what was, or of what every price that is left is zero."""
    price = read.pricing if read is not None else None
    if price is None or (price.is_free and costs_nothing(entry)):
        return
    assert before is not None
    assert price.unit is before.unit
    assert price.amounts.items() <= before.amounts.items()
    assert not price.is_free or before.is_free


def price_of(capture: Capture, entry: Any) -> Pricing | None:
    """Before anything is changed."""
    original = api_of(capture.reader.class_name).model(entry)
    assert original is not None
    return original.pricing


def check(capture: Capture, entry: Any, price: Pricing | None) -> None:
    """Reads an entry that was changed, and that had this price before."""
    must_not_be_invented(entry, api_of(capture.reader.class_name).model(entry), price)


def check_every_place(capture: Capture, entries: list[Any]) -> int:
    count = 0
    for entry in entries:
        price = price_of(capture, entry)
        for where in places(entry):
            for strange in STRANGE:
                check(capture, changed(entry, where, strange), price)
                count += 1
    return count


def test_one_strange_value_at_every_place(shared_data: Path) -> None:
    """Of the first entry of every recording: each place in turn, with each strange value."""
    total = sum(check_every_place(capture, entries_of(capture)[:FIRST_ENTRIES]) for capture in captures(shared_data))
    print(f"{total:,} changed entries read")
    assert total > 10_000


@pytest.mark.nightly
def test_one_strange_value_at_every_place_of_every_entry(shared_data: Path) -> None:
    """The same for all seven thousand entries."""
    total = sum(check_every_place(capture, entries_of(capture)) for capture in captures(shared_data))
    print(f"{total:,} changed entries read")


def drawn(folder: Path, data: st.DataObject) -> Capture:
    """A recording, told by its name alone where a test fails."""
    named = {capture.name: capture for capture in captures(folder) if capture.count}
    return named[data.draw(st.sampled_from(sorted(named)), "recording")]


@given(st.data())
@settings(max_examples=count(100, 10_000))
def test_several_strange_values_at_once(shared_data: Path, data: st.DataObject) -> None:
    """Anywhere in any entry, up to four of them."""
    capture = drawn(shared_data, data)
    entry = entries_of(capture)[data.draw(st.integers(0, capture.count - 1), "entry")]
    now = entry
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.sampled_from(list(places(now)) or [()]), "where")
        if not where:
            break
        now = changed(now, where, data.draw(st.sampled_from(STRANGE), "strange"))
    check(capture, now, price_of(capture, entry))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.decimals(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


@given(st.data())
def test_no_answer_at_all_makes_a_class_raise(shared_data: Path, data: st.DataObject) -> None:
    """Pages of any JSON, and recorded ones with something strange in them, are a list or ListBroken; looking for the next page never raises."""
    capture = drawn(shared_data, data)
    api = api_of(capture.reader.class_name)
    recorded = page_of(capture)
    if isinstance(recorded, dict):
        recorded = {key: value[:2] if isinstance(value, list) else value for key, value in recorded.items()}
    page = data.draw(JSON | st.sampled_from(list(places(recorded))).map(lambda where: changed(recorded, where, None)), "page")
    headers = {"link": data.draw(st.text(max_size=30) | st.just('<http://[>; rel="next"'), "link")}
    with suppress(ListBroken):
        for entry in [*api.entries(page), data.draw(JSON, "entry")]:
            api.model(entry)
    following = api.next_page("http://127.0.0.1/v1/models?page=x", page, headers)
    assert following is None or isinstance(following, str)
