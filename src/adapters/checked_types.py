"""The domain's texts and numbers, and the rule that checks each when it comes from outside."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from modeldesk.domain.model.catalogue.query import SearchText, SortName, search_text, sort_name
from modeldesk.domain.model.providers.translation import LanguageTag, language_tag
from modeldesk.domain.model.use import UseName, use_name
from modeldesk.domain.model.values import numbers, texts, vendor_calls

# The rules accept everything that these match, but take ten times as long. A large declaration contains hundreds of thousands of such values.
PLAIN_ID = re.compile(f"[!-~]{{1,{texts.LONGEST_MODEL_ID}}}")
PLAIN_URL = re.compile(r"https?://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,9}(?::[0-9]{1,4})?(?:/[!-~]{0,1000})?")


def _unless_plain(plain: re.Pattern[str], rule: Callable[[str], str]) -> Callable[[str], str]:
    is_plain = plain.fullmatch
    return lambda text: text if is_plain(text) else rule(text)


TEXTS: Mapping[Any, Callable[[str], Any]] = {
    str: texts.multiline_text,
    texts.Slug: texts.slug,
    UseName: use_name,
    texts.CapabilityName: lru_cache(maxsize=64)(texts.capability_name),  # thousands of providers name a few
    LanguageTag: language_tag,
    texts.SingleLineText: texts.single_line_text,
    texts.MultilineText: texts.multiline_text,
    texts.FileText: texts.FileText,
    texts.HttpUrl: _unless_plain(PLAIN_URL, texts.http_url),
    texts.ModelId: _unless_plain(PLAIN_ID, texts.model_id),
    texts.ModelPattern: texts.model_pattern,
    vendor_calls.HeaderName: vendor_calls.header_name,
    vendor_calls.HeaderValue: vendor_calls.header_value,
    vendor_calls.QueryName: vendor_calls.query_name,
    vendor_calls.QueryValue: vendor_calls.query_value,
    vendor_calls.ListPath: vendor_calls.list_path,
    vendor_calls.KeyHeaderName: vendor_calls.key_header_name,
    vendor_calls.KeyScheme: vendor_calls.key_scheme,
    SortName: sort_name,
    SearchText: search_text,
}
WHOLE_NUMBERS: Mapping[Any, Callable[[int], Any]] = {
    int: int,
    numbers.SortOrder: numbers.sort_order,
    numbers.Tokens: numbers.tokens,
    numbers.RetryCount: numbers.retry_count,
    numbers.PageSize: numbers.page_size,
    numbers.Version: numbers.version,
    numbers.Offset: numbers.offset,
    numbers.EntryId: numbers.entry_id,
    numbers.TokenDays: numbers.token_days,
}
NUMBERS: Mapping[Any, Callable[[Any], Any]] = {
    numbers.Seconds: numbers.seconds,
    numbers.UsDollars: numbers.us_dollars,
}
