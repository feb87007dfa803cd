"""Prices of vendors without a class: read where names, units or texts say what they mean, and unknown everywhere else."""

from decimal import Decimal
from typing import Any

import pytest

from modeldesk.adapters.providers.price_shapes import generic_pricing

BOTH = {"prompt": "0.15", "completion": "0.60"}

KNOWN: dict[str, Any] = {
    "texts per token": {"pricing": {"prompt": "0.00000015", "completion": "0.0000006"}},
    "scientific texts per token": {"pricing": {"prompt": "1.5e-07", "completion": "6E-7"}},
    "scientific numbers per token": {"pricing": {"prompt": Decimal("1.5E-7"), "completion": Decimal("6E-7")}},
    "numbers that name the token": {"input_cost_per_token": Decimal("1.5E-7"), "output_cost_per_token": Decimal("6E-7")},
    "numbers that name a thousand": {"input_price_per_1k_tokens": Decimal("0.00015"), "output_price_per_1k_tokens": Decimal("0.0006")},
    "numbers that name a million": {"pricing": {"input_per_million": Decimal("0.15"), "output_per_million": Decimal("0.6")}},
    "names in camel case": {"inputPricePerMillionTokens": "0.15", "outputPricePerMillionTokens": "0.6"},
    "the direction behind the unit": {"price_per_1m_input_tokens": "0.15", "price_per_1m_output_tokens": "0.6"},
    "a unit beside numbers": {"pricing": {"input": Decimal("0.15"), "output": Decimal("0.6"), "unit": "usd_per_1m_tokens"}},
    "a unit beside texts": {"pricing": {"input": "0.00015", "output": "0.0006", "unit": "per 1K tokens", "currency": "USD"}},
    "a unit of the row": {"pricing": {"input": "0.15", "output": "0.6"}, "price_unit": "1M tokens"},
    "texts with units": {"pricing": {"input": "$0.15 / 1M tokens", "output": "$0.60 per 1M tokens"}},
    "texts with units of a thousand": {"price": {"prompt": "0.00015 USD per 1K tokens", "completion": "USD 0.0006/1k tokens"}},
}


@pytest.mark.parametrize("form", KNOWN)
def test_prices_whose_unit_is_known(form: str) -> None:
    """All of these are fifteen cents and sixty for a million tokens, exactly."""
    found = generic_pricing(KNOWN[form])
    assert found is not None
    assert {name: found.members[name] for name in BOTH} == BOTH


@pytest.mark.parametrize(
    "row",
    [
        {"pricing": {"input": 3, "output": 15}},
        {"pricing": {"prompt": Decimal("0.0005"), "completion": Decimal("0.0015")}},
        {"pricing": {"input": 3, "output": 15, "unit": "per million"}},
        {"pricing": {"input": 3, "output": 15, "unit": "credits"}},
        {"pricing": {"input": 3, "output": 15, "unit": "1M tokens", "currency": "CNY"}},
        {"pricing": {"prompt": "0.000001", "completion": "0.000002"}, "currency": "EUR"},
        {"pricing": {"input": "€3 / 1M tokens", "output": "€15 / 1M tokens"}},
        {"pricing": {"input": "$3 / image", "output": "$15 / image"}},
        {"input_price": 3, "output_price": 15},
        {"input_cost_per_token_above_200k_tokens": Decimal("0.000003")},
        {"input_cost_per_second": Decimal("0.000003")},
        {"input_cost_per_token": Decimal(0), "output_cost_per_token": Decimal(-1)},
        {"input_cost_per_token": Decimal("0.000001"), "output_cost_per_token": "soon"},
        {"tokens_per_minute_input": 5, "requests_per_token": 1},
        {"pricing": {"input": "$0 / 1M tokens", "output": "$0 / 1M tokens", "search": "$5 / search"}},
        {"pricing": "3"},
        {},
        None,
    ],
)
def test_a_price_that_must_be_guessed_is_unknown(row: Any) -> None:
    """No unit, another unit, another currency, or half a price."""
    assert generic_pricing(row) is None
