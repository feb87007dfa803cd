"""A provider whose list is live, asked over REST."""

import asyncio

from tests.support.app import DECLARED, Client
from tests.support.asgi import Answer

KEY = "sk-0123456789-abcd-WXYZ"


PATH = "/ai-models/browse-models/?provider=live&capability=chat"


LIVE = {
    **DECLARED[0],
    "slug": "live",
    "sort_order": 9,
    "provider_class": "OpenAICompatibleProvider",
    "capabilities": {name: {"supported": True, "has_dynamic_models": True} for name in ("chat", "image")},
}


def browse(client: Client, more: str = "", tag: str | None = None) -> Answer:
    return client.get(PATH + more, {"if-none-match": tag} if tag else {})


def seen(answer: Answer) -> tuple[str, str]:
    assert answer.status == 200, answer.body
    return answer.json["source"], "".join(model["id"] for model in answer.json["models"])


async def settled() -> None:
    for _ in range(40):
        await asyncio.sleep(0)
