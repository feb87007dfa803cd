"""The registry of provider classes: the shipped ones, and those that installed packages offer as entry points `modeldesk.providers`.

A declaration's class is looked up only here. The shipped classes are in a table, so that reading a declaration imports none of them. An entry
point is loaded only when its name is looked up.
"""

import logging
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from msgspec import Struct

from modeldesk.adapters.providers.vendor_api import VendorApi
from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, ProviderClassName
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClass, ProviderClasses
from modeldesk.domain.model.values.texts import http_url
from modeldesk.domain.records import frozen

GROUP = "modeldesk.providers"

_HERE = "modeldesk.adapters.providers"
_LOGGER = logging.getLogger(__name__)

_NEEDED, _OPTIONAL, _PUBLIC = KeyRequirement.NEEDED, KeyRequirement.OPTIONAL, KeyRequirement.PUBLIC
_TABLE: tuple[tuple[str, str, str | None, str, KeyRequirement, str], ...] = (
    ("OpenAIProvider", "openai", "openai", "https://api.openai.com/v1", _NEEDED, ""),
    ("AnthropicProvider", "anthropic", "anthropic", "https://api.anthropic.com/v1", _NEEDED, ""),
    ("GoogleProvider", "google", "google", "https://generativelanguage.googleapis.com/v1beta", _NEEDED, ""),
    ("DeepSeekProvider", "deepseek", "deepseek", "https://api.deepseek.com", _NEEDED, ""),
    ("CohereProvider", "cohere", "cohere", "https://api.cohere.com/v1", _NEEDED, ""),
    ("OpenRouterProvider", "openrouter", "openrouter", "https://openrouter.ai/api/v1", _PUBLIC, ""),
    ("GroqProvider", "groq", "groq", "https://api.groq.com/openai/v1", _NEEDED, ""),
    ("HuggingFaceProvider", "huggingface", "huggingface", "", _PUBLIC, "https://huggingface.co"),
    ("MistralProvider", "mistral", "mistral", "https://api.mistral.ai/v1", _NEEDED, ""),
    ("XAIProvider", "xai", "xai", "https://api.x.ai/v1", _NEEDED, ""),
    ("TogetherProvider", "together", "together", "https://api.together.xyz/v1", _NEEDED, ""),
    ("FireworksProvider", "fireworks", "fireworks", "https://api.fireworks.ai/inference/v1", _NEEDED, ""),
    ("OllamaProvider", "ollama", "ollama", "http://localhost:11434", _OPTIONAL, ""),
    ("AzureOpenAIProvider", "azure_openai", "azure", "", _NEEDED, ""),
    ("BedrockProvider", "bedrock", "amazon-bedrock", "", _NEEDED, ""),
    ("GitHubModelsProvider", "github_models", "github-models", "https://models.github.ai/inference", _PUBLIC, ""),
    ("CloudflareProvider", "cloudflare", "cloudflare-workers-ai", "", _NEEDED, ""),
    (GENERIC_CLASS, "openai_compatible", None, "", _OPTIONAL, ""),
)
"""Name, module, slug, base URL, key requirement, fallback URL. A test checks that the classes say the same."""

_MODULES = {name: module for name, module, *_ in _TABLE}


@frozen
class InstalledClasses(ProviderClasses):
    """The shipped classes and, for other names, those of installed packages."""

    @property
    def names(self) -> list[str]:
        return [*super().names, *sorted(point.name for point in _entry_points().values())]

    def find(self, text: str) -> ProviderClass:
        try:
            return super().find(text)
        except InvalidValue:
            if (installed := _installed(text.rpartition(".")[2])) is not None:
                return installed.facts
            raise


def shipped_classes() -> ProviderClasses:
    """The provider classes for reading declarations. Their URLs are from the vendors' API references."""
    return InstalledClasses(
        tuple(
            ProviderClass(ProviderClassName(name), slug, http_url(base_url), requirement, http_url(fallback))
            for name, _, slug, base_url, requirement, fallback in _TABLE
        )
    )


def vendor_api(name: ProviderClassName) -> VendorApi:
    """The client for this class name. Raises InvalidValue if no class has the name, or its package is not installed any more."""
    _entry_points()  # warns once about installed names that clash with shipped ones
    if name in _MODULES:
        return _shipped(name)
    if (installed := _installed(name)) is not None:
        return installed.api
    raise InvalidValue("provider-class-not-installed", name=name)


@cache
def _shipped(name: str) -> VendorApi:
    api: VendorApi = getattr(import_module(f"{_HERE}.{_MODULES[name]}"), name)()
    return api


class _Installed(Struct, frozen=True):
    """A class of an installed package, and its facts."""

    api: VendorApi
    facts: ProviderClass


@cache
def _entry_points() -> dict[str, EntryPoint]:
    """The entry points of our group by name in lower case. A shipped class takes precedence, then the first package."""
    found: dict[str, EntryPoint] = {}
    shipped = {name.casefold() for name in _MODULES}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        if point.name.casefold() in shipped:
            _LOGGER.warning("the provider class %s of an installed package is not used: a shipped one has that name", point.name)
        elif found.setdefault(point.name.casefold(), point) is not point and found[point.name.casefold()].value != point.value:
            _LOGGER.warning(
                "the provider class %s is offered by several installed packages; %s is used", point.name, found[point.name.casefold()].value
            )
    return found


@cache
def _installed(name: str) -> _Installed | None:
    """Loads the entry point of this name. An error in another package is logged and disables only that class."""
    point = _entry_points().get(name.casefold())
    if point is None:
        return None
    try:
        return _read(point.name, point.load())
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a third-party module may raise anything on import, and even exit
        _LOGGER.warning("the provider class %s (%s) cannot be used: %s: %s", point.name, point.value, type(error).__name__, error)
        return None


def _read(name: str, found: Callable[[], object]) -> _Installed:
    api = found()
    if not isinstance(api, VendorApi):
        raise TypeError("it is not a subclass of VendorApi")
    facts = ProviderClass(
        ProviderClassName(name), api.slug, http_url(api.api_base_url), KeyRequirement(api.key_requirement), http_url(api.fallback_url)
    )
    return _Installed(api, facts)
