"""What a number may be, and prices to the last digit."""

from decimal import Decimal
from typing import Any

import pytest

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.values import numbers
from modeldesk.domain.model.values.pricing import AMOUNTS, PriceTier, PriceUnit, Pricing, amount, amount_text, without_noise
from tests.support.samples import price


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        (numbers.sort_order, [-(2**31), -1, 0, 2**31 - 1]),
        (numbers.tokens, [1, 128_000, 10**12]),
        (numbers.retry_count, [0, 10]),
        (numbers.seconds, [0.001, 1, 60, Decimal("0.5"), 86_400]),
        (numbers.us_dollars, [0, 5, Decimal("0.01"), 10**9]),
    ],
)
def test_a_number_within_its_bounds_is_kept(rule: Any, good: list[Any]) -> None:
    """The bounds themselves are allowed."""
    assert [rule(value) for value in good] == [float(value) if isinstance(value, Decimal) else value for value in good]


@pytest.mark.parametrize(
    ("rule", "bad", "says"),
    [
        (numbers.sort_order, [-(2**31) - 1, 2**31], "sort-order-out-of-range"),
        (numbers.tokens, [0, -1, 10**12 + 1], "context-out-of-range: most=1000000000000"),
        (numbers.retry_count, [-1, 11], "retries-out-of-range: most=10"),
        (
            numbers.seconds,
            [0, -1, 86_400.5, Decimal("1e-400"), 10**400, float("nan"), float("inf")],
            "timeout-out-of-range: most=86400",
        ),
        (numbers.us_dollars, [-0.01, 10**9 + 1, float("nan")], "money-out-of-range"),
    ],
)
def test_a_number_outside_its_bounds_is_refused(rule: Any, bad: list[Any], says: str) -> None:
    """One step beyond either bound, not a number, and what is too small for a float."""
    for value in bad:
        with pytest.raises(InvalidValue, match=says):
            rule(value)


def test_a_whole_number_stays_whole() -> None:
    """5 is written out again as 5, 0.5 as 0.5."""
    assert [repr(numbers.seconds(value)) for value in (60, 60.0, Decimal("60.0"), Decimal("0.5"))] == ["60", "60", "60", "0.5"]
    assert repr(numbers.us_dollars(Decimal("5.00"))) == "5"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("2.5", "2.50"),
        ("2.50", "2.50"),
        ("0.075", "0.075"),
        ("0.0750", "0.075"),
        (10, "10.00"),
        ("1e3", "1000.00"),
        ("2.5E-7", "0.00000025"),
        (Decimal("0.000000000000000001"), "0.000000000000000001"),
        (1_000_000_000, "1000000000.00"),
        ("999999999.123456789012345678", "999999999.123456789012345678"),
        (0, "0.00"),
        ("-0.0", "0.00"),
        (Decimal("-0"), "0.00"),
    ],
)
def test_a_price_is_shown_exactly(given: Any, shown: str) -> None:
    """At least two decimals, no other trailing zeros, no exponent, no minus before nothing."""
    assert amount_text(amount(given)) == shown


@pytest.mark.parametrize(
    "given",
    [
        "",
        "free",
        "1_000",
        " 2.5",
        "2.5 ",
        "۲.۵",
        "1,5",
        "NaN",
        "Infinity",
        ".5",
        "5.",
        "0x1",
        "1e9999999999999999999",
        Decimal("NaN"),
        Decimal("-Infinity"),
    ],
)
def test_what_is_no_price(given: Any) -> None:
    """A price as text is written as a JSON number would be."""
    with pytest.raises(InvalidValue, match="price-not-a-number"):
        amount(given)


def test_a_price_is_not_negative() -> None:
    """Some vendors write -1 for unknown; the code is one of its own."""
    with pytest.raises(InvalidValue, match="price-negative"):
        amount("-0.01")


@pytest.mark.parametrize("given", [1_000_000_001, "1e10", "1000000000.000000000000000001", "1e-19", "1." + "0" * 40 + "1", "1e-999999999"])
def test_a_price_is_neither_absurdly_large_nor_absurdly_fine(given: Any) -> None:
    """At most a thousand million dollars, at most 18 decimals, however many digits stand before them."""
    with pytest.raises(InvalidValue, match="price-out-of-range"):
        amount(given)


def test_zeros_that_say_nothing_cost_nothing() -> None:
    """A zero with a vast exponent is zero, not a thousand million digits."""
    assert amount("0e-999999999").as_tuple() == Decimal(0).as_tuple()
    assert amount("0e999999999") == 0


def test_unknown_is_never_free() -> None:
    """Free is known: some amount is, and each that is known is zero."""
    assert Pricing().is_free is None
    assert price(prompt="0").is_free is True
    assert price(prompt="0", completion="0.00").is_free is True
    assert price(prompt="0", completion="0.000001").is_free is False
    assert price(prompt="2.5").is_free is False


def test_a_price_as_json_shows_it() -> None:
    """Currency, unit, and the known amounts alone, always in the same order."""
    shown = price(PriceUnit.IMAGE, request="0.04", prompt="2.5").members
    assert list(shown.items()) == [("currency", "USD"), ("unit", "image"), ("prompt", "2.50"), ("request", "0.04")]


def test_what_may_be_priced() -> None:
    """These names and units are the contract with whoever reads a price."""
    assert [unit.value for unit in PriceUnit] == ["1M tokens", "image", "minute", "1M characters", "request"]
    assert AMOUNTS[:2] == ("prompt", "completion")


@pytest.mark.parametrize(
    ("noisy", "meant"),
    [
        ("0.049999999999999996", "0.05"),
        ("0.30000000000000004", "0.3"),
        ("2.4999999999999996", "2.5"),
        ("0.075", "0.075"),
        ("0.123456789012345", "0.123456789012345"),
        ("15", "15"),
    ],
)
def test_the_noise_of_floats_is_rounded_to_what_was_meant(noisy: str, meant: str) -> None:
    """A price that somebody wrote with many digits stays as it is."""
    assert without_noise(Decimal(noisy)) == Decimal(meant)


def test_money_in_another_currency_is_unknown_in_dollars() -> None:
    """It is kept as the vendor said it."""
    yuan = Pricing(amounts={"prompt": Decimal(2)}, currency="CNY")
    assert yuan.dollars == {}
    assert yuan.members == {"currency": "CNY", "unit": "1M tokens", "prompt": "2.00"}


def test_tiers_and_hours_stand_beside_the_plain_price() -> None:
    """Each with its condition; the plain price is that of the first tier."""
    large = PriceTier({"prompt": Decimal(5)}, above_tokens=200_000)
    night = PriceTier({"prompt": Decimal(1)}, start="16:30", end="00:30")
    members = Pricing(amounts={"prompt": Decimal("2.5")}, tiers=(large, night)).members
    assert members["prompt"] == "2.50"
    assert members["tiers"] == [{"above_tokens": 200_000, "prompt": "5.00"}, {"start": "16:30", "end": "00:30", "prompt": "1.00"}]
