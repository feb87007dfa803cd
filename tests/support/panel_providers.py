"""What stands on the desk of these tests: a fixed list, a live one, one that is switched off; and hostile names."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.live_server import declared

CLAUDE = {
    "slug": "anthropic",
    "name": "Anthropic",
    "display_name": "Anthropic Claude",
    "description": "Claude 3.5 Sonnet - بهترین برای کدنویسی و تحلیل",
    "api_base_url": "https://api.anthropic.com/v1",
    "website": "https://www.anthropic.com",
    "documentation_url": "https://docs.anthropic.com",
    "capabilities": {
        "chat": {
            "supported": True,
            "description": "Claude 3.5 Sonnet, Claude 3 Opus",
            "models": ["claude-3-5-sonnet-20241022", "claude-3-opus-20240229", "claude-3-haiku-20240307"],
        },
        "content": {"supported": True, "description": "تولید محتوا با Claude", "models": ["claude-3-5-sonnet-20241022"]},
        "image": {"supported": False},
        "audio": {"supported": False},
    },
    "pricing_info": {"type": "pay_per_use", "minimum_credit": 5, "free_tier": False},
    "sort_order": 1,
    "is_recommended": True,
}
OPENAI = {
    "slug": "openai",
    "name": "OpenAI",
    "display_name": "OpenAI (ChatGPT, DALL-E)",
    "capabilities": {
        "chat": {"supported": True, "models": ["gpt-4o", "gpt-4-turbo"]},
        "image": {
            "supported": True,
            "models": [{"id": "dall-e-3", "pricing": {"currency": "USD", "unit": "image", "prompt": None, "completion": 0.04}}],
        },
    },
    "sort_order": 2,
}
MISTRAL = {
    "slug": "mistral",
    "name": "Mistral",
    "display_name": "Mistral AI",
    "api_base_url": "https://api.mistral.ai/v1",
    "capabilities": {"chat": {"supported": True, "has_dynamic_models": True}},
    "sort_order": 4,
}
OFF = {"slug": "cohere", "name": "Cohere", "display_name": "Cohere AI", "is_active": False, "sort_order": 5,
       "capabilities": {"chat": {"supported": True, "models": ["command-r", "command-r-plus"]}}}  # fmt: skip
OPEN = {"slug": "own-server", "name": "سرور خودمان", "display_name": "سرور خودمان", "sort_order": 6}


def groq(host: str) -> dict[str, Any]:
    """A vendor with a live list, at this host."""
    return {
        "slug": "groq",
        "name": "Groq",
        "display_name": "Groq",
        "description": "Fast and free ones",
        "provider_class": "GroqProvider",
        "api_base_url": f"http://{host}/openai/v1",
        "capabilities": {"chat": {"supported": True, "has_dynamic_models": True, "description": "read live"}},
        "sort_order": 3,
    }


def filled(host: str) -> str:
    """The declaration of the desk."""
    return declared(CLAUDE, OPENAI, groq(host), MISTRAL, OFF, OPEN)


def recorded_models(shared: Path) -> Sequence[Mapping[str, Any]]:
    """Groq's own list, as it was recorded."""
    models: Sequence[Mapping[str, Any]] = json.loads((shared / "captures" / "groq" / "models-2026-08-17.json").read_bytes())["data"]
    return models


def written_models(count: int) -> list[dict[str, Any]]:
    """A list in the documented shape, for machines without recordings and for long ones."""
    return [{"id": f"vendor/model-{number:04}", "object": "model", "context_window": 8_192 * (1 + number % 16)} for number in range(count)]
