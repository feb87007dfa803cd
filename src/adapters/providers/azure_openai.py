"""Azure OpenAI: https://learn.microsoft.com/en-us/rest/api/azureopenai/models/list."""

import re
from typing import Any
from urllib.parse import urlsplit

from attrs import evolve

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.adapters.providers.vendor_api import joined, with_defaults, with_query
from modeldesk.adapters.vendor_http import KeyHeader
from modeldesk.domain.model.catalogue.vendor_list import VendorModel
from modeldesk.domain.model.providers.provider_class import KeyRequirement

_DEPLOYMENT = re.compile(r"/deployments/[^/?#]+/?(?=$|[?#])")
NOT_DEPLOYED = "not deployed"
READY = ("succeeded", "running")
TASKS = ("chat_completion", "completion", "embeddings")


class AzureOpenAIProvider(OpenAICompatibleProvider):
    """The deployments of a resource, and its base models. Each resource has its own URL, so the class has no default URL.

    If the URL ends in `/v1` (`https://{resource}.services.ai.azure.com/openai/v1`), the list is at `/models?api-version=preview`. Otherwise it is
    at `//openai/models?api-version=2024-10-21`. `deprecation.inference` is the retirement date. An id may occur twice with different data; the
    first one counts. No prices, one page.

    Calls take the name of a deployment. Deployments are at `//openai/deployments?api-version=2023-03-15-preview`, the last version with a list for
    API keys (https://learn.microsoft.com/azure/ai-services/openai/reference). Where there are some, they are the list, each with what is known of
    its model, and base models are excluded as not deployed. Where they cannot be read, the base models are the list.
    """

    slug = "azure"
    key_requirement = KeyRequirement.NEEDED
    key_header = KeyHeader("api-key")
    usual_version = ""

    def list_url(self, base_url: str) -> str:
        if urlsplit(base_url).path.rstrip("/").endswith("/v1"):
            return with_defaults(joined(base_url, "/models"), {"api-version": "preview"})
        return with_defaults(joined(_DEPLOYMENT.sub("", base_url), "//openai/models", ("/openai",)), {"api-version": "2024-10-21"})

    def companion_urls(self, base_url: str) -> tuple[str, ...]:
        url = joined(_DEPLOYMENT.sub("", base_url), "//openai/deployments", ("/openai/v1", "/openai"))
        return (with_query(url, {"api-version": "2023-03-15-preview"}),)

    def with_companions(self, models: list[VendorModel], companions: list[VendorModel]) -> list[VendorModel]:
        deployed = [deployment for deployment in companions if deployment.name is not None]
        if not deployed:
            return models
        names = {deployment.id for deployment in deployed}
        others = [evolve(model, note=model.note or NOT_DEPLOYED) for model in models if model.id not in names]
        return [*(_deployment(deployment, models) for deployment in deployed), *others]

    def model(self, entry: Any) -> VendorModel | None:
        if (deployed := _deployed_model(entry)) is not None:
            name = reading.usable_id(reading.first(entry, "id", "name"))
            state = reading.text(reading.first(entry, "status") or reading.member(entry, "properties", "provisioningState"))
            note = None if state is None or state.lower() in READY else state.lower()
            return None if name is None else VendorModel(name, name=deployed, note=note)
        known = reading.usable_id(reading.member(entry, "id"))
        if known is None:
            return None
        return VendorModel(
            known,
            task=", ".join(reading.true_ones(reading.member(entry, "capabilities"), TASKS)) or None,
            created_on=self.created_on(entry),
            retires_on=reading.day(reading.member(entry, "deprecation", "inference") or reading.member(entry, "shutdown_date")),
            note=self.note_of(entry),
        )


def _deployed_model(entry: Any) -> str | None:
    """The base model of a deployment, as the resource, a Foundry project or the management API lists it; None for another row."""
    if reading.member(entry, "object") == "deployment":
        return reading.text(reading.member(entry, "model"))
    return reading.text(reading.member(entry, "modelName") or reading.member(entry, "properties", "model", "name"))


def _deployment(deployment: VendorModel, models: list[VendorModel]) -> VendorModel:
    """With the task and the dates of its model: the one of that id, else the latest version of that name."""
    name = str(deployment.name)
    same = [model for model in models if model.id == name] or [model for model in models if model.id.startswith(f"{name}-")]
    return evolve(same[-1], id=deployment.id, name=name, note=deployment.note or same[-1].note) if same else deployment
