"""The smallest parts in which two values of a field differ."""

from typing import Any

import pytest
from attrs import evolve

from modeldesk.domain.model.providers.differing_parts import differing_parts
from modeldesk.domain.model.providers.provider import Capability, ProviderConfig
from modeldesk.domain.model.providers.translation import Translation
from modeldesk.domain.model.values.numbers import Seconds
from modeldesk.domain.model.values.texts import MultilineText, SingleLineText
from tests.support.samples import lists

TEXT = Translation(SingleLineText("ایکمی"), MultilineText("متن"))
LIVE = Capability(supported=True, has_dynamic_models=True)


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        (1, 1, []),
        ("a", "b", [("x", "a", "b")]),
        (ProviderConfig(), ProviderConfig(timeout=Seconds(10)), [("x.timeout", None, 10)]),
        (ProviderConfig(further={"a": {"b": 1, "c": 2}}), ProviderConfig(further={"a": {"b": 1, "c": 3}}), [("x.a.c", 2, 3)]),
        (ProviderConfig(further={"a": {}}), ProviderConfig(), [("x.a", {}, None)]),
        ({"a": {"b": 1}}, {"a": 5}, [("x.a", {"b": 1}, 5)]),
        ({}, {"fa": TEXT}, [("x.fa.display_name", None, "ایکمی"), ("x.fa.description", None, "متن")]),
        ({"fa": TEXT}, {"fa": evolve(TEXT, description=None)}, [("x.fa.description", "متن", None)]),
        ({"fa": Translation()}, {}, [("x.fa", Translation(), None)]),
        (lists("a"), evolve(lists("a"), supported=False, description="off"), [("x.supported", True, False), ("x.description", "", "off")]),
        (None, LIVE, [("x", None, LIVE)]),
    ],
)
def test_what_differs_is_named_part_by_part(old: Any, new: Any, parts: list[tuple[str, object, object]]) -> None:
    """A part that one side lacks is None there. No difference is without a part."""
    assert differing_parts("x", old, new) == parts
