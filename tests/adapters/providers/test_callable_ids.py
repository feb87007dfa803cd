"""Vendors whose models are called by other names than those of the models: Bedrock's inference profiles, Azure's deployments."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from tests.support.vendor_server import Answers, Asked, Served, Vendor, fetched

CLAUDE = {
    "modelId": "anthropic.claude-5-v1:0",
    "modelName": "Claude 5",
    "inputModalities": ["TEXT", "IMAGE"],
    "outputModalities": ["TEXT"],
    "inferenceTypesSupported": ["INFERENCE_PROFILE"],
    "modelLifecycle": {"status": "LEGACY", "endOfLifeTime": "2027-01-01T00:00:00Z"},
}
NOVA = {"modelId": "amazon.nova-v1:0", "modelName": "Nova", "inferenceTypesSupported": ["ON_DEMAND"], "outputModalities": ["TEXT"]}


def at(pages: Mapping[str, Any]) -> Answers:
    """Pages by path; anything else is 404, and a status alone is answered with nothing."""

    def answer(asked: Asked) -> Served:
        page = pages.get(asked.target, pages.get(urlsplit(asked.target).path, 404))
        return Served({}, page) if isinstance(page, int) else Served(page)

    return answer


async def bedrock(profiles: Any, **more: Any) -> tuple[dict[str, VendorModel], Vendor]:
    listed, server, _ = await fetched(
        at({"/foundation-models": {"modelSummaries": [CLAUDE, NOVA]}, "/inference-profiles": profiles, **more}), "BedrockProvider", ""
    )
    return by_id(listed), server


def by_id(listed: VendorList) -> dict[str, VendorModel]:
    return {str(model.id): model for model in listed.models}


async def test_inference_profiles_are_ids_that_can_be_called() -> None:
    """With the modalities and the dates of the model behind them; the model itself says that it needs one."""
    profiles = [
        {
            "inferenceProfileId": "us.anthropic.claude-5-v1:0",
            "inferenceProfileName": "US Claude 5",
            "status": "ACTIVE",
            "type": "SYSTEM_DEFINED",
        },
        {"inferenceProfileId": "global.other.model-v1", "status": "ACTIVE"},
        {"inferenceProfileId": "eu.anthropic.claude-5-v1:0", "status": "INACTIVE"},
        {"inferenceProfileId": "a\tb"},
    ]
    listed, server, _ = await fetched(
        at({"/foundation-models": {"modelSummaries": [CLAUDE, NOVA]}, "/inference-profiles": {"inferenceProfileSummaries": profiles}}),
        "BedrockProvider",
        "",
    )
    models = by_id(listed)
    assert list(models) == [
        "anthropic.claude-5-v1:0", "amazon.nova-v1:0", "us.anthropic.claude-5-v1:0", "global.other.model-v1", "eu.anthropic.claude-5-v1:0",
    ]  # fmt: skip
    profile = models["us.anthropic.claude-5-v1:0"]
    assert (profile.name, profile.inputs, profile.retires_on, profile.note) == (
        "US Claude 5",
        (Modality.TEXT, Modality.IMAGE),
        date(2027, 1, 1),
        None,
    )
    assert models["anthropic.claude-5-v1:0"].note == "inference profile only"
    assert models["eu.anthropic.claude-5-v1:0"].note == "inactive"
    assert models["global.other.model-v1"].inputs is None
    assert (listed.unreadable, server.targets[1]) == (1, "/inference-profiles?maxResults=1000")


async def test_profiles_go_over_pages() -> None:
    """By their token."""
    first = {"inferenceProfileSummaries": [{"inferenceProfileId": "us.a.b"}], "nextToken": "t"}
    last = {"inferenceProfileSummaries": [{"inferenceProfileId": "us.c.d"}]}
    models, server = await bedrock(first, **{"/inference-profiles?maxResults=1000&nextToken=t": last})
    assert list(models)[2:] == ["us.a.b", "us.c.d"]
    assert len(server.asked) == 3


async def test_profiles_that_cannot_be_read_change_nothing() -> None:
    """No right to them, an error, or no list: the models are there."""
    for profiles in (403, 500, {"message": "no"}, {"inferenceProfileSummaries": []}):
        models, _ = await bedrock(profiles)
        assert list(models) == ["anthropic.claude-5-v1:0", "amazon.nova-v1:0"]


BASE = {
    "data": [
        {"id": "gpt-4o-2024-05-13", "capabilities": {"chat_completion": True}, "deprecation": {"inference": 1_800_000_000}},
        {"id": "gpt-4o-2024-08-06", "capabilities": {"chat_completion": True}, "deprecation": {"inference": 1_810_000_000}},
        {"id": "text-embedding-3", "capabilities": {"embeddings": True}},
    ]
}


async def azure(deployments: Any, path: str = "/openai/v1") -> tuple[dict[str, VendorModel], Vendor]:
    listed, server, _ = await fetched(
        at({"/openai/v1/models": BASE, "/openai/models": BASE, "/gw/openai/models": BASE, "/openai/deployments": deployments, "/gw/openai/deployments": deployments}),
        "AzureOpenAIProvider",
        path,
    )  # fmt: skip
    return by_id(listed), server


DEPLOYMENTS = [
    {"object": "deployment", "id": "my-chat", "model": "gpt-4o", "status": "succeeded"},
    {"object": "deployment", "id": "text-embedding-3", "model": "text-embedding-3", "status": "running"},
    {"object": "deployment", "id": "half", "model": "gpt-9", "status": "creating"},
]


async def test_deployments_are_what_can_be_called() -> None:
    """Under their names, with the task and the dates of their models; base models are not deployed."""
    models, server = await azure({"data": DEPLOYMENTS})
    assert {model: (found.name, found.task, found.note) for model, found in models.items()} == {
        "my-chat": ("gpt-4o", "chat_completion", None),
        "text-embedding-3": ("text-embedding-3", "embeddings", None),
        "half": ("gpt-9", None, "creating"),
        "gpt-4o-2024-05-13": (None, "chat_completion", "not deployed"),
        "gpt-4o-2024-08-06": (None, "chat_completion", "not deployed"),
    }
    assert models["my-chat"].retires_on == date(2027, 5, 11)
    assert server.targets == ["/openai/v1/models?api-version=preview", "/openai/deployments?api-version=2023-03-15-preview"]


async def test_deployments_in_their_other_forms() -> None:
    """Of a Foundry project, and of the management API, behind a gateway too."""
    foundry = {"value": [{"name": "my-chat", "type": "ModelDeployment", "modelName": "gpt-4o"}]}
    managed = {"value": [{"name": "my-chat", "properties": {"model": {"name": "gpt-4o"}, "provisioningState": "Succeeded"}}]}
    for page in (foundry, managed):
        models, server = await azure(page, "/gw/openai?api-version=2025-01-01")
        assert (models["my-chat"].name, models["my-chat"].note) == ("gpt-4o", None)
        assert server.targets[1] == "/gw/openai/deployments?api-version=2023-03-15-preview"


async def test_without_deployments_the_base_models_are_the_list() -> None:
    """Where they cannot be read, where there are none, and where something else is answered."""
    for page in (404, 403, {"data": []}, BASE):
        models, _ = await azure(page)
        assert {found.note for found in models.values()} == {None}
        assert len(models) == 3
