"""The provider classes by name: those that ship, and those that installed packages offer as entry points of the group `modeldesk.providers`.

What a declaration names is looked up here and nowhere else. The shipped ones stand in a table, so that reading a declaration imports none
of them; an entry point is loaded when its own name is asked for, and only then.
"""

import logging
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points

from attrs import frozen

from modeldesk.adapters.providers.vendor_api import VendorApi
from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.providers.provider import GENERIC_CLASS, ProviderClassName
from modeldesk.domain.model.providers.provider_class import KeyRequirement, ProviderClass, ProviderClasses
from modeldesk.domain.model.values.texts import http_url

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
"""Name, module, and what the class itself says: slug, address, use of a key, fallback address. A test holds the two equal."""

_MODULES = {name: module for name, module, *_ in _TABLE}


@frozen
class InstalledClasses(ProviderClasses):
    """The shipped classes, and behind them those of installed packages, which are looked for where a name is not a shipped one."""

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
    """What an importer needs to know of every class. The addresses are those of the vendors' own API references."""
    return InstalledClasses(
        tuple(
            ProviderClass(ProviderClassName(name), slug, http_url(address), use, http_url(fallback))
            for name, _, slug, address, use, fallback in _TABLE
        )
    )


def vendor_api(name: ProviderClassName) -> VendorApi:
    """The class of that name, ready to be asked. Raises InvalidValue where there is none, or none any more."""
    _entry_points()  # says, once, which installed names clash with shipped ones
    if name in _MODULES:
        return _shipped(name)
    if (installed := _installed(name)) is not None:
        return installed.api
    raise InvalidValue("provider-class-not-installed", name=name)


@cache
def _shipped(name: str) -> VendorApi:
    made: VendorApi = getattr(import_module(f"{_HERE}.{_MODULES[name]}"), name)()
    return made


@frozen
class _Installed:
    """A class that an installed package offers, and what it says of itself."""

    api: VendorApi
    facts: ProviderClass


@cache
def _entry_points() -> dict[str, EntryPoint]:
    """The entry points of our group by name in lower case. A shipped class goes before one of the same name, the first package before others."""
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
    """Loads the entry point of that name. What another package does wrong is logged, and costs that class alone."""
    point = _entry_points().get(name.casefold())
    if point is None:
        return None
    try:
        return _read(point.name, point.load())
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's module may raise anything, and even exit, on import
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
