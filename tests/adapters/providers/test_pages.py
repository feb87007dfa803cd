"""One row of a list never costs another: what cannot be read is left out, counted and named."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modeldesk.adapters.providers.pages import Page, PageRefused, read_page
from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.adapters.vendor_http import Response
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, ProviderClassName
from tests.support.counts import count
from tests.support.vendor_captures import Capture, captures
from tests.support.vendor_server import always, fetched

GOOD = tuple(f'{{"id": "m{number}", "created": 1}}' for number in range(4))


def page_of(body: bytes | str, class_name: str = GENERIC_CLASS) -> Page:
    data = body if isinstance(body, bytes) else body.encode()
    return read_page(vendor_api(ProviderClassName(class_name)), "https://a.example/v1/models", Response(200, {}, data), None)


def with_row(row: str) -> Page:
    return page_of(f'{{"data": [{GOOD[0]}, {row}, {", ".join(GOOD[1:])}]}}')


BAD_ROWS = {
    "an id over 200 characters": ('{"id": "' + "x" * 201 + '"}', "listed-id-too-long"),
    "a number out of range": ('{"id": "a", "created": 1' + "0" * 30 + "}", "answer-not-trusted: reason=(number-out-of-range"),
    "1e999": ('{"id": "a", "price": 1e999}', "answer-not-trusted: reason=(number-out-of-range"),
    "Infinity": ('{"id": "a", "price": Infinity}', "answer-not-trusted: reason=(json-not-a-number"),
    "a tab in the id": ('{"id": "a\\tb"}', "listed-id-malformed"),
    "a bare tab in the id": ('{"id": "a\tb"}', "listed-id-malformed"),
    "a key twice": ('{"id": "a", "id": "b"}', "answer-not-trusted: reason=(key-repeated"),
    "too deep": ('{"id": "a", "x": ' + "[" * 40 + "]" * 40 + "}", "answer-not-trusted: reason=(too-deep"),
    "half a character": ('{"id": "a\\ud800"}', "answer-not-trusted: reason=(lone-surrogate"),
    "no id": ('{"object": "model"}', "row-without-id"),
    "a numeric id alone": ('{"id": 7}', "row-without-id"),
    "null": ("null", "row-without-id"),
    "a number": ("NaN", "row-without-id"),
    "a list": ('[{"id": "a"}]', "row-without-id"),
}


@pytest.mark.parametrize("what", BAD_ROWS)
def test_one_bad_row_is_left_out(what: str) -> None:
    """The others are read; the row is named by its place and why."""
    row, reason = BAD_ROWS[what]
    page = with_row(row)
    assert [model.id for model in page.models] == ["m0", "m1", "m2", "m3"]
    [left_out] = page.unreadable
    assert left_out.position == 2
    assert str(left_out.reason).startswith(reason)


@pytest.mark.parametrize(
    "row", ['{"id": "a", "price": 1e30}', '{"id": "a", "description": "two\nlines"}', '"a"', '{"id": "a", "created": "x"}']
)
def test_an_odd_value_does_not_cost_its_row(row: str) -> None:
    """A large number, a bare line end, a bare text: the row is read."""
    page = with_row(row)
    assert [model.id for model in page.models] == ["m0", "a", "m1", "m2", "m3"]


def test_an_unreadable_row_is_named_by_what_can_be_read() -> None:
    """The start of its id, on one line."""
    [row] = with_row('{"id": "' + "x" * 500 + '"}').unreadable
    assert row.label.startswith("xxx")
    assert len(row.label) <= 60


@pytest.mark.parametrize("body", ['{"data": [{"id": "one"}], "data": []}', '{"data": [], "data": [{"id": "one"}]}'])
def test_a_list_that_stands_twice_is_refused(body: str) -> None:
    """Which one is meant?"""
    with pytest.raises(PageRefused, match="answer-not-trusted"):
        page_of(body)


def test_what_is_odd_beside_the_list_costs_nothing() -> None:
    """A number out of range in a count, a member that stands twice."""
    page = page_of('{"object": "list", "usage": NaN, "object": "list", "data": [{"id": "one"}]}')
    assert ([model.id for model in page.models], page.unreadable) == (["one"], [])


async def test_a_list_of_which_most_rows_are_unreadable_is_refused() -> None:
    """Half of them is still a list; the count is kept, and so are names."""
    listed, _, _ = await fetched(always({"data": [{"id": "a"}, {"id": "b"}, {}, {"id": "c\td"}]}))
    assert ([model.id for model in listed.models], listed.unreadable) == (["a", "b"], 2)
    assert [(row.position, row.label) for row in listed.unreadable_rows] == [(3, ""), (4, "c d")]
    with pytest.raises(Exception, match="list-mostly-unreadable: unreadable=3, count=5"):
        await fetched(always({"data": [{"id": "a"}, {"id": "b"}, {}, {"id": "c\td"}, {"id": 5}]}))


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats()
    | st.text(max_size=300)
    | st.sampled_from(["\ud800", "\x00", "\t", "a\u202e", "x" * 5_000]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(("id", "name", "pricing", "data", "error")) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)
ROWS = VALUES.map(json.dumps) | st.sampled_from([row for row, _ in BAD_ROWS.values()] + ["[" * 50 + "]" * 50])


@given(st.data())
@settings(max_examples=count(60, 2_000))
def test_one_row_replaced_by_anything_costs_at_most_that_row(shared_data: Path, data: st.DataObject) -> None:
    """In every recorded list and in every shape, whatever stands in the place of one row: the ids of all others are read."""
    capture = data.draw(st.sampled_from([one for one in captures(shared_data) if one.count > 2]), "recording")
    rows = capture.entries[:6]
    place = data.draw(st.integers(0, len(rows) - 1), "place")
    texts = [data.draw(ROWS, "row") if at == place else json.dumps(row, default=float) for at, row in enumerate(rows)]
    page = page_of(f"[{', '.join(texts)}]", capture.reader.class_name)
    others = {capture.id_of(row) for at, row in enumerate(rows) if at != place}
    assert others <= {str(model.id) for model in page.models}
    assert len(page.unreadable) <= 1


@given(ROWS, st.integers(0, 3), st.sampled_from(["data", "items", "data.models", "map"]))
def test_one_row_replaced_in_every_shape(row: str, place: int, shape: str) -> None:
    """A list under any name, and a map."""
    rows = [row if at == place else f'{{"id": "m{at}"}}' for at in range(5)]
    listed = f"[{', '.join(rows)}]"
    mapped = ", ".join(f'"m{at}": {text}' for at, text in enumerate(rows))
    body = {"data": f'{{"data": {listed}}}', "items": f'{{"items": {listed}}}', "data.models": f'{{"data": {{"models": {listed}}}}}'}
    page = page_of(body.get(shape, f'{{"models": {{{mapped}}}}}'))
    assert {f"m{at}" for at in range(5) if at != place} <= {str(model.id) for model in page.models}


def test_recordings_are_there(shared_data: Path) -> None:
    """So that the property has something to replace."""
    found: list[Capture] = [one for one in captures(shared_data) if one.count > 2]
    assert len(found) > 40


def test_the_number_of_rows_stays() -> None:
    """Positions on a later page count on from the earlier ones."""
    answer: Any = Response(200, {}, b'{"data": [{}, {"id": "a"}]}')
    page = read_page(vendor_api(GENERIC_CLASS), "https://a.example/v1/models", answer, None, 100)
    assert [row.position for row in page.unreadable] == [101]


def test_rows_of_a_page_share_their_equal_parts() -> None:
    """Values that rows repeat are never all in memory at once: the process would keep that memory."""
    row = '{"id": "%s", "created": 1735689600, "pricing": {"prompt": "0.00000015"}, "architecture": {"input_modalities": ["text"]}}'
    first, second = page_of(f'{{"data": [{row % "a"}, {row % "b"}]}}').models
    assert first.pricing is not None
    assert (first.pricing is second.pricing, first.inputs is second.inputs, first.created_on is second.created_on) == (True, True, True)
