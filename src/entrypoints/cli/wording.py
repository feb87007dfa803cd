"""Values as words in tables and sentences."""

from collections.abc import Mapping
from typing import Any

from modeldesk.domain.model.catalogue.lifecycle import LifecycleState
from modeldesk.domain.model.keys.key_choice import KeyState
from modeldesk.domain.model.keys.provider_key import KeyScope
from modeldesk.domain.model.snapshot import Access
from modeldesk.domain.model.values.pricing import AMOUNTS, DOLLARS

UNKNOWN = "unknown"
TOKENS = "1M tokens"
NO_PROVIDERS = "There are no providers."
IMPORT_THEM = "Import them: modeldesk import-providers"


def yes_or_no(value: bool | None) -> str:
    """`yes`, `no`, or `unknown` for None."""
    return UNKNOWN if value is None else "yes" if value else "no"


def key_words(key: KeyState) -> str:
    """The shared key's hint and state; empty without a shared key."""
    if not key.shared:
        return ""
    shown = f"…{key.hint}" if key.hint else "set"
    if key.is_rejected:
        return f"{shown} (rejected)"
    return shown if key.usable else f"{shown} ({'unreadable' if KeyScope.SHARED in key.unreadable else 'suspended'})"


def alike_lines(access: Access) -> list[str]:
    """A warning for each group of admins of older versions whose names look the same."""
    groups = (", ".join(ascii(admin.name) for admin in alike) for alike in access.admins_alike)
    return [f"Warning: the admins {group} look like one in the audit log; disable all but one of them" for group in groups]


def counted(count: int, one: str, more: str | None = None) -> str:
    """A count with its noun: `1 model`, `2 models`, `1,000 models`."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def lifecycle_words(lifecycle: Mapping[str, Any] | None) -> str:
    """`retired 2026-01-01`, `retires 2027-01-01`, `deprecated`; empty where no source says anything of that kind."""
    if lifecycle is None:
        return ""
    if lifecycle["state"] == LifecycleState.RETIRED.value:
        return f"retired {lifecycle['retires_on'] or ''}".strip()
    if lifecycle["retires_on"] is not None:
        return f"retires {lifecycle['retires_on']}"
    return "deprecated" if lifecycle["state"] == LifecycleState.DEPRECATED.value else ""


def money(amount: str) -> str:
    """An amount of an answer as people read it: `1,500.00`, `+2,000.00`."""
    whole, point, fraction = amount.partition(".")
    sign = whole[:1] if whole[:1] in ("+", "-") else ""
    return f"{sign}{int(whole.removeprefix(sign)):,}{point}{fraction}"


def price_words(pricing: Mapping[str, Any] | None) -> str:
    """The prices of input and output with their unit, in US dollars: `3.00 / 15.00 per 1M tokens`. Another currency is named.

    Of a unit that is no token, what has no price is not said to be unknown: an image may have one price for both.
    """
    if pricing is None:
        return UNKNOWN
    names = [name for name in ("prompt", "completion") if name in pricing or pricing["unit"] == TOKENS] or ["prompt"]
    amounts = " / ".join(money(pricing[name]) if name in pricing else UNKNOWN for name in names)
    currency = "" if pricing["currency"] == DOLLARS else f"{pricing['currency']} "
    return f"{currency}{amounts} per {pricing['unit']}"


def further_price_words(pricing: Mapping[str, Any] | None) -> str:
    """The prices beside those of input and output, and those under conditions: `cache read 0.30; above 200,000 tokens: prompt 6.00, completion 22.50`."""
    if pricing is None:
        return ""
    further = [f"{_words(name)} {money(pricing[name])}" for name in AMOUNTS if name in pricing and name not in ("prompt", "completion")]
    return "; ".join([*further, *(_tier_words(tier) for tier in pricing.get("tiers", ()))])


def _tier_words(tier: Mapping[str, Any]) -> str:
    above = tier.get("above_tokens")
    condition = f"above {above:,} tokens" if above is not None else f"{tier['start']}-{tier['end']} UTC"
    return f"{condition}: {', '.join(f'{_words(name)} {money(tier[name])}' for name in AMOUNTS if name in tier)}"


def _words(amount: str) -> str:
    return amount.replace("_", " ")
