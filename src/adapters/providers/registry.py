"""The provider classes that ship, by name. Their live lists come with the classes themselves."""

from modeldesk.domain.providers import GENERIC_CLASS, ProviderClass, ProviderClasses, ProviderClassName
from modeldesk.domain.texts import http_url


def shipped_classes() -> ProviderClasses:
    """The addresses are those of the vendors' own API references; Hugging Face's class reads the hub where no address is set."""
    addresses = {
        ("OpenAIProvider", "openai"): "https://api.openai.com/v1",
        ("AnthropicProvider", "anthropic"): "https://api.anthropic.com/v1",
        ("GoogleProvider", "google"): "https://generativelanguage.googleapis.com/v1beta",
        ("DeepSeekProvider", "deepseek"): "https://api.deepseek.com",
        ("CohereProvider", "cohere"): "https://api.cohere.com/v1",
        ("OpenRouterProvider", "openrouter"): "https://openrouter.ai/api/v1",
        ("GroqProvider", "groq"): "https://api.groq.com/openai/v1",
        ("HuggingFaceProvider", "huggingface"): "",
    }
    shipped = (ProviderClass(ProviderClassName(name), slug, http_url(address)) for (name, slug), address in addresses.items())
    return ProviderClasses((*shipped, ProviderClass(GENERIC_CLASS)))
