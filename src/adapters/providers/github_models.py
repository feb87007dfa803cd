"""GitHub Models: https://docs.github.com/en/rest/models/catalog."""

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from modeldesk.adapters.providers import reading
from modeldesk.adapters.providers.openai_compatible import OpenAICompatibleProvider
from modeldesk.domain.model.providers.provider_class import KeyRequirement

_ORGANISATION = re.compile(r"/orgs/[^/?#]+/inference(?=/?$|[?#])")


class GitHubModelsProvider(OpenAICompatibleProvider):
    """`//catalog/models`: a bare list on one page, with modalities and limits. No prices, because the service is not billed per token.

    The catalogue is public.
    """

    slug = "github-models"
    key_requirement = KeyRequirement.PUBLIC
    api_base_url = "https://models.github.ai/inference"
    headers: ClassVar[Mapping[str, str]] = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
    list_path = "//catalog/models"
    base_endings = ("/inference", "/inference/v1")

    def list_url(self, base_url: str) -> str:
        """The catalogue is nobody's own: an organisation's URL (`/orgs/{name}/inference`) has none."""
        return super().list_url(_ORGANISATION.sub("/inference", base_url))

    def context_of(self, entry: Any) -> int | None:
        return reading.count(reading.member(entry, "limits", "max_input_tokens"))
