"""Every model of every recorded list, asked what it is for: it is offered or left out, and always with a reason."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from modeldesk.domain.model.catalogue.catalogue import Catalogue
from modeldesk.domain.model.providers.provider import Provider, ProviderClassName
from modeldesk.domain.model.values.texts import CapabilityName, SingleLineText, Slug
from tests.support.labelled_models import metadata
from tests.support.vendor_captures import Capture, answers_of, captures
from tests.support.vendor_server import fetched
from tests.support.whole_catalogues import live_catalogue

NOW = datetime(2026, 8, 17, tzinfo=UTC)
CAPABILITIES = ("chat", "content", "image", "audio", "embedding", "video")
NAMES = {"gemini": "google", "bedrock": "amazon-bedrock"}

NOT_FOR_CHAT = (
    "whisper",
    "-tts",
    "tts-1",
    "embedding",
    "embed-",
    "dall-e",
    "gpt-image",
    "imagen",
    "veo-",
    "sora",
    "orpheus",
    "rerank",
    "guard",
)
"""Parts of ids that no model for chat has, whatever a vendor claims of it."""


async def catalogues(capture: Capture) -> dict[str, Catalogue]:
    slug = NAMES.get(capture.vendor, capture.vendor)
    provider = Provider(Slug(slug), SingleLineText(slug), SingleLineText(slug), provider_class=ProviderClassName(capture.reader.class_name))
    listed, _, _ = await fetched(answers_of(capture), capture.reader.class_name, capture.reader.path)
    facts = await metadata().facts(provider)
    return {name: live_catalogue(CapabilityName(name), listed, facts, NOW) for name in CAPABILITIES}


async def test_every_recorded_model_is_offered_or_left_out_with_a_reason(shared_data: Path) -> None:
    """Each id once, for each of six capabilities; a special purpose is never offered for chat; most lists have something to chat with."""
    judged = talkative = 0
    for capture in captures(shared_data):
        if capture.count == 0:
            continue
        for name, catalogue in (await catalogues(capture)).items():
            offered, left_out = (
                {model.id: model.reason for model in catalogue.models},
                {model.id: model.reason for model in catalogue.excluded},
            )
            assert not offered.keys() & left_out.keys()
            assert len(offered) + len(left_out) == len(capture.ids), (capture.name, name)
            assert all((*offered.values(), *left_out.values())), (capture.name, name)
            judged += len(offered) + len(left_out)
            if name == "chat":
                talkative += bool(offered)
                wrong = [model for model in offered if any(part in model.lower() for part in NOT_FOR_CHAT)]
                assert wrong == [], capture.name
    assert judged > 42_000
    assert talkative >= 50


@pytest.mark.parametrize(
    ("vendor", "capability", "inside", "outside"),
    [
        ("gemini", "chat", "gemini-2.5-flash", "gemini-2.5-flash-preview-tts"),
        ("gemini", "audio", "gemini-2.5-flash-preview-tts", "gemini-2.5-flash"),
        ("openai", "image", "gpt-image-1", "gpt-4o"),
        ("openai", "embedding", "text-embedding-3-small", "gpt-4o"),
        ("groq", "audio", "whisper-large-v3", "openai/gpt-oss-120b"),
        ("cohere", "embedding", "embed-v4.0", "command-a-03-2025"),
    ],
)
async def test_a_known_model_stands_where_it_belongs(vendor: str, capability: str, inside: str, outside: str, shared_data: Path) -> None:
    """By the newest recording of its vendor."""
    newest = max((capture for capture in captures(shared_data) if capture.vendor == vendor), key=lambda capture: capture.name[-15:])
    catalogue = (await catalogues(newest))[capability]
    assert inside in {model.id for model in catalogue.models}
    assert outside in {model.id for model in catalogue.excluded}
