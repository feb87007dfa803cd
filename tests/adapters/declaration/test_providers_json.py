"""Reading a good `providers.json`: what it declares, what it leaves to defaults, and which part of it was asked for."""

import json
from pathlib import Path

import pytest

from modeldesk.adapters.converter import checking_converter
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.domain.errors import DeclarationInvalid, UnknownProviders
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.providers.provider import Capability, PricingInfo, Provider, ProviderConfig
from modeldesk.domain.model.providers.translation import Translation
from modeldesk.domain.services.import_plan import DeclaredProvider
from tests.support.declarations import READER, ROOT, document, entry, problems, read, read_one, reported

CLAUDE = """
{"version": "1.0.0", "providers": [{
  "slug": "anthropic", "name": "Anthropic", "display_name": "Anthropic Claude",
  "description": "Claude 3.5 Sonnet - بهترین برای کدنویسی و تحلیل",
  "provider_class": "src.ai.providers.anthropic.AnthropicProvider",
  "api_base_url": "https://api.anthropic.com/v1", "website": "https://www.anthropic.com",
  "logo_url": "https://www.anthropic.com/favicon.ico", "documentation_url": "https://docs.anthropic.com",
  "capabilities": {
    "chat": {"supported": true, "has_dynamic_models": false, "description": "Claude 3.5 Sonnet, Claude 3 Opus",
             "models": ["claude-3-5-sonnet-20241022", "claude-3-opus-20240229", "claude-3-haiku-20240307"]},
    "content": {"supported": true, "has_dynamic_models": false, "description": "تولید محتوا با Claude"},
    "image": {"supported": false}, "audio": {"supported": false}},
  "config": {"supports_streaming": true, "max_retry": 3, "timeout": 60},
  "pricing_info": {"type": "pay_per_use", "minimum_credit": 5, "free_tier": false},
  "sort_order": 7, "is_active": true, "is_recommended": true}]}
"""
COHERE = """
{"version": "1.0.0", "providers": [{"slug": "cohere", "name": "Cohere", "display_name": "Cohere AI",
  "provider_class": "src.ai.providers.cohere.CohereProvider", "capabilities": {"chat":
  {"supported": true, "has_dynamic_models": false, "models": ["command-r", "command-r-plus"]}}, "sort_order": 8}]}
"""


def test_the_entry_of_the_guide_is_taken_as_written() -> None:
    """Persian text, a dotted class, capabilities of four kinds."""
    ids = ("claude-3-5-sonnet-20241022", "claude-3-opus-20240229", "claude-3-haiku-20240307")
    assert read(CLAUDE)[0].provider == Provider(
        slug="anthropic",
        name="Anthropic",
        display_name="Anthropic Claude",
        description="Claude 3.5 Sonnet - بهترین برای کدنویسی و تحلیل",
        provider_class="AnthropicProvider",
        api_base_url="https://api.anthropic.com/v1",
        website="https://www.anthropic.com",
        logo_url="https://www.anthropic.com/favicon.ico",
        documentation_url="https://docs.anthropic.com",
        capabilities={
            "chat": Capability(True, False, "Claude 3.5 Sonnet, Claude 3 Opus", tuple(DeclaredModel(one) for one in ids)),
            "content": Capability(True, False, "تولید محتوا با Claude"),
            "image": Capability(False),
            "audio": Capability(False),
        },
        config=ProviderConfig(True, 3, 60),
        pricing_info=PricingInfo("pay_per_use", 5, False),
        sort_order=7,
        is_recommended=True,
    )


def test_the_short_entry_of_the_guide_is_taken_as_written() -> None:
    """Everything it leaves out stands at its default, the address at that of its class."""
    declared = read(COHERE)[0]
    chat = Capability(True, models=(DeclaredModel("command-r"), DeclaredModel("command-r-plus")))
    assert declared.provider == Provider(
        slug="cohere",
        name="Cohere",
        display_name="Cohere AI",
        provider_class="CohereProvider",
        api_base_url="https://api.cohere.com/v1",
        capabilities={"chat": chat},
        sort_order=8,
    )
    assert declared.explicit_fields == {"slug", "name", "display_name", "provider_class", "capabilities", "sort_order"}


def test_the_shipped_declaration_is_taken() -> None:
    """All of it, in its order, and none of its entries names a flag of the operator."""
    data = (ROOT / "providers.json").read_bytes()
    declared = read(data)
    assert [one.provider.slug for one in declared] == [one["slug"] for one in json.loads(data)["providers"]]
    assert not any(one.explicit_fields & {"is_active", "allow_personal_keys", "allow_shared_for_normal_admins"} for one in declared)


@pytest.mark.parametrize(
    ("slug", "fields", "expected"),
    [
        ("openai", {}, ("OpenAIProvider", "https://api.openai.com/v1")),
        ("acme", {}, ("OpenAICompatibleProvider", "")),
        ("acme", {"provider_class": "groqprovider"}, ("GroqProvider", "https://api.groq.com/openai/v1")),
        ("openai", {"provider_class": "OpenAICompatibleProvider"}, ("OpenAICompatibleProvider", "")),
        ("openai", {"api_base_url": ""}, ("OpenAIProvider", "")),
        ("openai", {"api_base_url": "http://10.0.0.1:8080/v1"}, ("OpenAIProvider", "http://10.0.0.1:8080/v1")),
    ],
)
def test_class_and_address_follow_from_the_slug(slug: str, fields: dict[str, str], expected: tuple[str, str]) -> None:
    """The class that ships for the slug, and that class's address; an empty address is one that was named."""
    provider = read_one(slug=slug, **fields).provider
    assert (provider.provider_class, provider.api_base_url) == expected


@pytest.mark.parametrize("fields", [{}, {"display_name": ""}])
def test_the_display_name_falls_back_to_the_name(fields: dict[str, str]) -> None:
    """Absent and empty are alike: nobody can read an empty name."""
    assert read_one(**fields).provider.display_name == "Acme"


def test_named_are_the_fields_that_stand_there() -> None:
    """Whatever their values; equal sets of many entries are one object."""
    first, second = read(document(entry("a", sort_order=0, api_base_url=""), entry("b", api_base_url="https://b.example", sort_order=1)))
    assert first.explicit_fields == {"slug", "name", "sort_order", "api_base_url"}
    assert first.explicit_fields is second.explicit_fields


def test_models_are_ids_or_objects() -> None:
    """Prices are exact; what an object leaves out, or says to be null, is unknown."""
    text = '{"id": "b", "name": "B", "is_free": false, "pricing": {"prompt": 0.1, "completion": "2.50", "request": null}, "context_length": null}'
    models = read(
        f'{{"version": "1.0.0", "providers": [{{"slug": "a", "name": "A", "capabilities": {{"chat": {{"supported": true, "models": ["a", {text}]}}}}}}]}}'
    )
    first, second = models[0].provider.capabilities["chat"].models
    assert first == DeclaredModel("a")
    assert (second.id, second.name, second.is_free, second.context_length) == ("b", "B", False, None)
    assert second.pricing is not None
    assert second.pricing.members == {"currency": "USD", "unit": "1M tokens", "prompt": "0.10", "completion": "2.50"}


def test_translations_are_read_and_written_again() -> None:
    """Texts of a language, each of which may be missing; an export reads like the file, and one without them names none."""
    texts = {"fa": {"display_name": "آکمی", "capabilities": {"chat": "گفتگو"}}, "pt-BR": {"description": "Modelos"}}
    provider = read_one(translations=texts).provider
    assert provider.translations["fa"] == Translation("آکمی", None, {"chat": "گفتگو"})
    assert (provider.display_name_in("fa"), provider.description_in("fa"), provider.capability_text_in("fa", "chat")) == (
        "آکمی",
        "",
        "گفتگو",
    )
    assert provider.display_name_in("en") == "Acme"
    written = checking_converter(shipped_classes()).unstructure(provider)
    assert written["translations"] == texts
    assert "translations" not in checking_converter(shipped_classes()).unstructure(read_one().provider)


@pytest.mark.parametrize(
    ("texts", "path"),
    [
        ({"Persian": {}}, "$.providers[0].translations.Persian"),
        ({"fa": {"name": "x"}}, "$.providers[0].translations.fa.name"),
        ({"fa": {"display_name": " "}}, "$.providers[0].translations.fa.display_name"),
        ({"fa": {"capabilities": {"No Slug": "x"}}}, '$.providers[0].translations.fa.capabilities["No Slug"]'),
        ([], "$.providers[0].translations"),
    ],
)
def test_a_translation_that_is_wrong_is_named(texts: object, path: str) -> None:
    """With its path, as every other slip."""
    with pytest.raises(DeclarationInvalid) as refused:
        read_one(translations=texts)
    assert [problem.path for problem in refused.value.problems] == [path]


def test_further_keys_are_kept() -> None:
    """Of config and pricing_info; fractions become the numbers that JSON writes again."""
    provider = read_one(config={"timeout": 1.5, "region": {"eu": [1, 0.25, None, "x"]}}, pricing_info={"note": "é"}).provider
    assert provider.config == ProviderConfig(timeout=1.5, further={"region": {"eu": [1, 0.25, None, "x"]}})
    assert provider.pricing_info == PricingInfo(further={"note": "é"})


def test_texts_are_kept_in_one_form() -> None:
    """NFC, whatever form the document has; joiners of Persian stay."""
    provider = read_one(name="e\u0301", description="می\u200cخواهم\n\tخط دوم").provider
    assert (provider.name, provider.description) == ("é", "می\u200cخواهم\n\tخط دوم")


def test_a_byte_order_mark_is_no_fault() -> None:
    """Some editors write one."""
    assert len(read(b"\xef\xbb\xbf" + document(entry()))) == 1


@pytest.mark.parametrize("version", ["1.0.0", "1.2.30"])
def test_any_version_of_the_known_major_is_taken(version: str) -> None:
    """Later ones of the same major only add."""
    assert len(read(document(entry(), version=version))) == 1


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("2.0.0", "version-unknown: found='2.0.0', choices=('1.x.y',)"),
        ("1.0", "version-malformed: found='1.0'"),
        ("x" * 100, f"version-malformed: found='{'x' * 60}…'"),
        (1, "wrong-type: expected='string', given='number'"),
        (None, "wrong-type: expected='string', given='null'"),
    ],
)
def test_another_version_is_refused(version: object, reason: str) -> None:
    """What a later major means cannot be known."""
    assert reported(document(entry(), version=version)) == [f"$.version: {reason}"]


def test_no_provider_at_all_is_a_declaration() -> None:
    """An empty list says that there is none."""
    assert read(document()) == []


def test_only_the_asked_for_are_judged() -> None:
    """Others may be wrong in shape and rules, and come back in no way."""
    data = document(entry("a", nonsense=1), 5, entry("b"), {"slug": "Bad"}, entry("c", sort_order="x"))
    assert [one.provider.slug for one in read(data, slugs=["b"])] == ["b"]
    assert reported(data, slugs=["b", "c"]) == ["$.providers[4].sort_order: wrong-type: expected='whole-number', given='string'"]


def test_the_text_as_a_whole_counts_for_the_asked_for() -> None:
    """A key twice, another version, an unknown key at the top: the document itself is in doubt."""
    twice = b'{"version": "3.0.0", "x": 1, "providers": [{"slug": "a", "slug": "b"}, {"slug": "c", "name": "C"}]}'
    assert reported(twice, slugs=["c"]) == [
        "$.version: version-unknown: found='3.0.0', choices=('1.x.y',)",
        "$.x: unknown-key: key='x', nearest=None, known=('version', 'providers', 'uses', '$schema')",
        "$.providers[0].slug: key-repeated: line=1, column=45",
    ]
    assert reported(b'{"version": "1.0.0", "providers": [', slugs=["c"])[0].startswith(
        "$.providers[0]: json-ends-unclosed: expected='value'"
    )


def test_names_that_are_not_there_are_told_with_those_that_are() -> None:
    """In the order of the document, also when those are wrong; a name given twice is told once."""
    data = document(entry("a"), entry("b", nonsense=1), {"slug": "No Slug"}, 5, entry("c"))
    with pytest.raises(UnknownProviders) as refused:
        read(data, slugs=["c", "x", "y", "x"])
    assert (list(refused.value.names), list(refused.value.holds)) == (["x", "y"], ["a", "b", "c"])


def test_reading_leaves_nothing_behind(tmp_path: Path) -> None:
    """One reader serves many documents, good and bad, and answers alike each time."""
    good, bad = document(entry()), document(entry("b"), entry("b"))
    before: list[DeclaredProvider] = READER.read(good)
    with pytest.raises(DeclarationInvalid):
        READER.read(bad)
    assert READER.read(good) == before
    assert problems(bad) == problems(bad)
