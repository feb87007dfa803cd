"""The rules for texts and numbers as JSON Schema, beside the functions in `checked_types`.

A schema accepts everything that its function accepts, and refuses what a pattern or a range can express. The remaining rules need code:
normalisation to NFC, names of secrets, the port of a URL. Patterns mean the same in ECMAScript and in Python. There `$` also matches before
a last newline, hence `END`.
"""

from collections.abc import Mapping
from typing import Any

from modeldesk.domain.model.providers.provider import ProviderClassName
from modeldesk.domain.model.providers.translation import LanguageTag
from modeldesk.domain.model.use import UseName
from modeldesk.domain.model.values import normalization, numbers, pricing, texts, vendor_calls

Schema = dict[str, Any]

END = r"$(?!\n)"

_SLUG = "^[a-z0-9]+(?:-[a-z0-9]+)*" + END
_BLANK = r" \xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_UNFIT_FOR_LINE = r"\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069"
_LINE = f"[^{_UNFIT_FOR_LINE}]"
_SHOWN = f"[^{_UNFIT_FOR_LINE}{_BLANK}]"
_UNFIT_FOR_URL = r"\x00-\x20\x7f-\xa0\xad\u061c\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff"
# Pythons differ in what they accept beside brackets.
_HOST = rf"(?:[^/?#@{_UNFIT_FOR_URL}]*\[[^/?#@{_UNFIT_FOR_URL}]*|[^/?#@:\[\]{_UNFIT_FOR_URL}]+(?::[0-9]*)?)"
_HEADER_NAME = "^[A-Za-z0-9-]+" + END
_PATH = r"[A-Za-z0-9._~!$&'()*+,;=:@%-]"
_MODEL_ID: Schema = {
    "type": "string",
    # The limit counts the composed text. An ASCII text is composed already.
    "maxLength": normalization.NFC_SHRINKS_BY * texts.LONGEST_MODEL_ID,
    "pattern": f"^{_SHOWN}(?:{_LINE}*{_SHOWN})?{END}",
    "not": {"pattern": f"^[ -~]{{{texts.LONGEST_MODEL_ID + 1},}}{END}"},
}


def _text(pattern: str, longest: int, **more: Any) -> Schema:
    return {"type": "string", "maxLength": longest, "pattern": pattern, **more}


TEXT_SCHEMAS: Mapping[Any, Schema] = {
    texts.Slug: _text(_SLUG, texts.LONGEST_SLUG),
    UseName: _text(_SLUG, texts.LONGEST_SLUG),
    texts.CapabilityName: _text(_SLUG, texts.LONGEST_SLUG),
    LanguageTag: {"type": "string", "pattern": "^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}" + END},
    texts.SingleLineText: _text(f"^{_LINE}*{_SHOWN}{_LINE}*{END}", texts.LONGEST_TEXT),
    texts.MultilineText: _text(r"^[^\x00-\x08\x0b-\x1f\x7f-\x9f]*" + END, texts.LONGEST_TEXT),
    texts.HttpUrl: _text(rf"^(?:[Hh][Tt][Tt][Pp][Ss]?://{_HOST}(?:[/?#][^{_UNFIT_FOR_URL}]*)?)?{END}", texts.LONGEST_URL),
    texts.ModelId: _MODEL_ID,
    texts.ModelPattern: _MODEL_ID,
    vendor_calls.HeaderName: _text(_HEADER_NAME, vendor_calls.LONGEST_NAME),
    vendor_calls.HeaderValue: _text("^[!-~](?:[ -~]*[!-~])?" + END, vendor_calls.LONGEST_VALUE),
    vendor_calls.QueryName: _text(r"^[A-Za-z0-9_.~$\[\]-]+" + END, vendor_calls.LONGEST_NAME),
    vendor_calls.QueryValue: _text(rf"^(?: |[^{_UNFIT_FOR_URL}])*{END}", vendor_calls.LONGEST_VALUE),
    vendor_calls.ListPath: _text(
        rf"^/?{_PATH}(?:{_PATH}|/)*(?:\?(?:{_PATH}|[/?])*)?{END}",
        vendor_calls.LONGEST_VALUE,
        **{"not": {"pattern": r"://|^(?:[^?]*/)?\.\.(?:[/?]|$)"}},
    ),
    vendor_calls.KeyHeaderName: _text(_HEADER_NAME, vendor_calls.LONGEST_NAME),
    vendor_calls.KeyScheme: {"type": "string", "pattern": "^(?:[A-Za-z][A-Za-z0-9_-]{0,31})?" + END},
    ProviderClassName: {"type": "string"},
}
"""Which provider classes exist depends on the installed packages, and letter case and a dotted path do not matter: any text fits."""

NUMBER_SCHEMAS: Mapping[Any, Schema] = {
    bool: {"type": "boolean"},
    numbers.SortOrder: {"type": "integer", "minimum": -numbers.LARGEST_SORT_ORDER - 1, "maximum": numbers.LARGEST_SORT_ORDER},
    numbers.Tokens: {"type": "integer", "minimum": 1, "maximum": numbers.LARGEST_CONTEXT},
    numbers.RetryCount: {"type": "integer", "minimum": 0, "maximum": numbers.MOST_RETRIES},
    numbers.Seconds: {"type": "number", "exclusiveMinimum": 0, "maximum": int(numbers.LONGEST_TIMEOUT)},
    numbers.UsDollars: {"type": "number", "minimum": 0, "maximum": int(numbers.LARGEST_CREDIT)},
}

AMOUNT: Schema = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": int(pricing.LARGEST_AMOUNT)},
        {"type": "string", "pattern": rf"^(?:[0-9]+(?:\.[0-9]+)?|-0+(?:\.0+)?)(?:[eE][+-]?[0-9]+)?{END}"},
        {"type": "null"},
    ]
}
PRICING: Schema = {
    "type": "object",
    "properties": {
        "currency": {"const": pricing.DOLLARS},
        "unit": {"enum": [unit.value for unit in pricing.PriceUnit]},
        **{name: {"$ref": "#/$defs/Amount"} for name in pricing.AMOUNTS},
    },
    "additionalProperties": False,
}
