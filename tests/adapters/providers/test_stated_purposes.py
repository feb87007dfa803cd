"""What a vendor's entry says of a model's purpose, and of whether it can be called: each shape by its class."""

from typing import Any

import pytest

from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.domain.model.catalogue.classification import check_eligibility, classify
from modeldesk.domain.model.catalogue.vendor_list import OUTDATED, VendorModel
from modeldesk.domain.model.providers.provider import ProviderClassName
from modeldesk.domain.model.values.texts import CapabilityName

GENERIC = "OpenAICompatibleProvider"


def read(class_name: str, entry: dict[str, Any]) -> VendorModel:
    model = vendor_api(ProviderClassName(class_name)).model(entry)
    assert model is not None
    return model


def serves(model: VendorModel, *capabilities: str) -> list[bool]:
    purpose = classify(model, None, None)
    return [check_eligibility(purpose, CapabilityName(name)).is_offered for name in capabilities]


@pytest.mark.parametrize(
    ("class_name", "entry", "chat", "content"),
    [
        ("TogetherProvider", {"id": "Qwen/Qwen2-7B", "type": "language"}, False, True),
        ("TogetherProvider", {"id": "Qwen/Qwen2-7B-Instruct", "type": "chat"}, True, True),
        (GENERIC, {"id": "anthropic/claude-5", "type": "language"}, True, True),
        (GENERIC, {"id": "acme-1", "supports_chat": False}, False, True),
        (GENERIC, {"id": "acme-1", "supports_chat": True}, True, True),
        ("FireworksProvider", {"name": "accounts/fireworks/models/acme", "supports_chat": False}, False, True),
        ("AzureOpenAIProvider", {"id": "acme", "capabilities": {"completion": True, "chat_completion": False}}, False, True),
        ("AzureOpenAIProvider", {"id": "acme", "capabilities": {"completion": True, "chat_completion": True}}, True, True),
        ("HuggingFaceProvider", {"id": "a/b", "pipeline_tag": "text-generation", "tags": ["conversational"]}, True, True),
        ("HuggingFaceProvider", {"id": "a/b", "pipeline_tag": "text-generation", "tags": ["llama"]}, False, True),
        ("HuggingFaceProvider", {"id": "a/b", "pipeline_tag": "text-generation"}, True, True),
        ("MistralProvider", {"id": "ministral-3b", "capabilities": {"classification": True, "completion_chat": False}}, True, True),
        (GENERIC, {"id": "acme", "capabilities": ["completion", "vision", "tools"]}, True, True),
        (GENERIC, {"id": "acme", "type": "vlm"}, True, True),
        (GENERIC, {"id": "acme", "mode": "completion"}, False, True),
        (GENERIC, {"id": "acme", "mode": "chat"}, True, True),
    ],
)
def test_who_chats_and_who_completes(class_name: str, entry: dict[str, Any], chat: bool, content: bool) -> None:
    """Completion-only models serve content; a word that we do not know hides nothing."""
    assert serves(read(class_name, entry), "chat", "content") == [chat, content]


@pytest.mark.parametrize(
    ("class_name", "entry", "capability"),
    [
        ("OllamaProvider", {"model": "mine:latest", "details": {"family": "bert", "families": ["bert"]}}, "embedding"),
        ("OllamaProvider", {"model": "mine:latest", "details": {"family": "nomic-bert"}}, "embedding"),
        (GENERIC, {"id": "acme", "capabilities": {"type": "embeddings", "family": "acme"}}, "embedding"),
        (GENERIC, {"id": "acme", "capabilities": ["text-to-speech"]}, "audio"),
        (GENERIC, {"id": "acme", "model_type": "reranker"}, "rerank"),
        (GENERIC, {"id": "acme", "type": "serverless", "task": "text_to_image"}, "image"),
        (GENERIC, {"id": "acme", "mode": "audio_transcription"}, "transcription"),
        ("CloudflareProvider", {"name": "@cf/baai/bge-reranker-base", "task": {"name": "Text Classification"}}, "rerank"),
        ("HuggingFaceProvider", {"id": "m/Llama-Prompt-Guard-2", "pipeline_tag": "text-classification"}, "moderation"),
        ("MistralProvider", {"id": "mistral-moderation", "capabilities": {"classification": True, "moderation": True}}, "moderation"),
    ],
)
def test_what_else_an_entry_is_for(class_name: str, entry: dict[str, Any], capability: str) -> None:
    """By whichever member says it; never for chat."""
    assert serves(read(class_name, entry), capability, "chat") == [True, False]


@pytest.mark.parametrize(
    ("class_name", "entry", "note"),
    [
        ("BedrockProvider", {"modelId": "a.b", "inferenceTypesSupported": ["INFERENCE_PROFILE"]}, "inference profile only"),
        ("BedrockProvider", {"modelId": "a.b", "inferenceTypesSupported": ["PROVISIONED"]}, "provisioned throughput only"),
        ("BedrockProvider", {"modelId": "a.b", "inferenceTypesSupported": []}, "provisioned throughput only"),
        ("BedrockProvider", {"modelId": "a.b", "inferenceTypesSupported": ["ON_DEMAND", "PROVISIONED"]}, None),
        ("BedrockProvider", {"modelId": "a.b"}, None),
        ("BedrockProvider", {"modelId": "a.b", "modelLifecycle": {"status": "LEGACY"}}, "legacy"),
        ("AzureOpenAIProvider", {"id": "davinci", "capabilities": {"inference": False}}, "no inference"),
        ("AzureOpenAIProvider", {"id": "gpt-5", "capabilities": {"inference": True}}, None),
        (GENERIC, {"id": "acme", "inference": False}, "no inference"),
        (GENERIC, {"id": "acme", "status": "Shutdown"}, "shutdown"),
        (GENERIC, {"id": "acme", "status": "Retiring"}, "retiring"),
        (GENERIC, {"id": "acme", "state": "disabled"}, "disabled"),
        (GENERIC, {"id": "acme", "lifecycle": "end_of_life"}, "retired"),
        (GENERIC, {"id": "acme", "status": "available"}, None),
        (GENERIC, {"id": "acme", "status": "succeeded", "lifecycle_status": "generally-available"}, None),
    ],
)
def test_what_cannot_be_called_as_listed_says_so(class_name: str, entry: dict[str, Any], note: str | None) -> None:
    """As the note on the entry: one that is no warning of age leaves the model out, with that reason."""
    assert read(class_name, entry).note == note
    assert (note in OUTDATED) is (note in ("legacy", "retiring"))
