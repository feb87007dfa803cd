"""What the check before a release finds in a shipped declaration."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.values.texts import ModelId
from scripts.release_check import ROOT, age_problem, model_problems, of_shipped
from tests.support.samples import chat, price, provider

EVIDENCE = ROOT / "scripts" / "model_evidence.json"
TODAY = date(2026, 11, 28)
NAMED = {"genai-prices": {"name": "M"}}
PRICED = {"genai-prices": {"amounts": {"prompt": "1"}}}


def problems(
    evidence: Mapping[str, Any] | None,
    *,
    model: DeclaredModel | str = "m",
    facts: Mapping[str, ModelFacts] | None = None,
    deprecated: frozenset[str] = frozenset(),
) -> list[str]:
    known = {} if evidence is None else {"m": evidence}
    return list(model_problems(provider("acme", capabilities=chat(model)), known, facts or {}, deprecated, TODAY))


def test_a_model_with_a_price_that_nobody_retires_is_no_problem() -> None:
    """Whichever layer has the price."""
    assert not problems(PRICED)
    assert not problems({"genai-prices": {"minute": "0.006"}})
    assert not problems(NAMED, facts={"m": ModelFacts(pricing=price(prompt="1"))})
    assert not problems(NAMED, model=DeclaredModel(ModelId("m"), pricing=price(prompt="1")))
    assert not problems(NAMED, model=DeclaredModel(ModelId("m"), is_free=True))


def test_a_retired_model_is_a_problem() -> None:
    """By any one source."""
    assert problems(PRICED | {"LiteLLM": {"is_deprecated": True}}) == ["acme: m is deprecated by LiteLLM"]
    assert problems(PRICED, deprecated=frozenset({"m"})) == ["acme: m is deprecated by models.dev"]


@pytest.mark.parametrize(("days", "is_problem"), [(-1, True), (0, True), (90, True), (91, False)])
def test_a_model_that_ends_within_90_days_is_a_problem(days: int, is_problem: bool) -> None:
    """The ninetieth day among them."""
    ends = (TODAY + timedelta(days=days)).isoformat()
    assert problems(PRICED | {"LiteLLM": {"ends": ends}}) == ([f"acme: m ends on {ends} by LiteLLM"] if is_problem else [])


def test_a_model_without_a_price_is_a_problem_unless_it_is_unknown_on_purpose() -> None:
    """A price of nulls says that it is."""
    nothing = "acme: m has no price from any layer, and is not marked as unknown on purpose"
    assert problems(NAMED) == [nothing]
    assert problems(NAMED, facts={"m": ModelFacts(name="M")}) == [nothing]
    assert not problems(NAMED, model=DeclaredModel(ModelId("m"), pricing=price()))


def test_a_model_that_the_evidence_does_not_hold_is_a_problem() -> None:
    """It was declared after the evidence was collected."""
    assert problems(None) == ["acme: m has no evidence: collect it anew"]


@pytest.mark.parametrize(("age", "is_problem"), [(30, False), (31, True)])
def test_evidence_lasts_thirty_days(age: int, is_problem: bool) -> None:
    """Older evidence says little about models that may end within 90 days."""
    collected = (TODAY - timedelta(days=age)).isoformat()
    assert bool(list(age_problem({"collected_on": collected}, TODAY))) is is_problem


async def test_the_shipped_declaration_was_good_when_its_evidence_was_collected() -> None:
    """Each model of each provider is looked at, by the very files that ship."""
    evidence = json.loads(EVIDENCE.read_bytes())
    assert await of_shipped(evidence, date.fromisoformat(evidence["collected_on"])) == []
    assert len(await of_shipped({"models": {}}, TODAY)) > 70
