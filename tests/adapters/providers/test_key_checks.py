"""Checking a key: what proves it, what refuses it, and what says nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from modeldesk.adapters.providers.fetcher import VendorFetcher
from modeldesk.adapters.providers.registry import vendor_api
from modeldesk.domain.errors import Reason, VendorFailed
from modeldesk.domain.model.keys.provider_key import Verdict
from tests.support.vendor_server import KEY, NOW, Asked, Served, always, checked, provider_of

ONE = {"data": [{"id": "one"}]}
Page = Callable[[Asked], Served]


def by_key(good: Any, bad: tuple[int, Any]) -> Page:
    """Gives `good` to who holds the key, and `bad` to everybody else."""
    return lambda asked: Served(good) if KEY.reveal() in " ".join(asked.headers.values()) else Served(bad[1], bad[0])


VERDICTS: dict[str, tuple[str, Page, Verdict, str, int]] = {
    "the list of who needs a key": (
        "OpenAIProvider",
        by_key(ONE, (401, {})),
        Verdict.VALID,
        "key-opens-list",
        2,
    ),
    "a list for anybody": ("OpenAICompatibleProvider", always(ONE), Verdict.INCONCLUSIVE, "list-open-to-all", 2),
    "a refused key": (
        "OpenAIProvider",
        always({"error": {"message": "bad"}}, 401),
        Verdict.REJECTED,
        "vendor-said: said='bad', status=401",
        1,
    ),
    "Gemini's refusal": (
        "GoogleProvider",
        always({"error": {"message": "API key not valid", "details": [{"reason": "API_KEY_INVALID"}]}}, 400),
        Verdict.REJECTED,
        "vendor-said: said='API key not valid', status=400",
        1,
    ),
    "another 400 of Gemini": (
        "GoogleProvider",
        always({"error": {"message": "region"}}, 400),
        Verdict.INCONCLUSIVE,
        "vendor-said: said='region'",
        1,
    ),
    "too many calls": ("OpenAIProvider", always({}, 429), Verdict.INCONCLUSIVE, "vendor-status: status=429", 0),
    "a web page": ("OpenAIProvider", always(b"<html>"), Verdict.INCONCLUSIVE, "answer-is-web-page", 2),
    "an empty list": ("OpenAIProvider", always({"data": []}), Verdict.INCONCLUSIVE, "list-empty", 1),
    "OpenRouter's key": ("OpenRouterProvider", always({"data": {"label": "x"}}), Verdict.VALID, "key-known", 1),
    "OpenRouter's web page": ("OpenRouterProvider", always(b"<html>"), Verdict.INCONCLUSIVE, "answer-not-json", 1),
    "Hugging Face's key": ("HuggingFaceProvider", always({"name": "me"}), Verdict.VALID, "key-known", 1),
    "Hugging Face's refusal": (
        "HuggingFaceProvider",
        always({"error": "no"}, 401),
        Verdict.REJECTED,
        "vendor-said: said='no', status=401",
        1,
    ),
}


@pytest.mark.parametrize("what", VERDICTS)
async def test_a_key_is_proved_by_what_only_a_key_gives(what: str) -> None:
    """A list that anybody is given proves nothing; a vendor in trouble says nothing; a refusal is a refusal."""
    class_name, answers, verdict, detail, calls = VERDICTS[what]
    said, server = await checked(answers, class_name, "")
    assert (said.verdict, said.checked_at) == (verdict, NOW)
    assert str(said.detail).startswith(detail)
    assert len(server.asked) == calls or (calls == 0 and server.asked), "0: as often as the exchange tries"


async def test_public_lists_are_not_asked_to_prove_a_key() -> None:
    """OpenRouter is asked at `/key`, Hugging Face at the hub's `whoami`; with the router's address, only its list is there to ask."""
    _, server = await checked(always({}), "OpenRouterProvider", "/api/v1")
    assert server.targets == ["/api/v1/key"]
    _, server = await checked(always({}), "HuggingFaceProvider", "")
    assert server.targets == ["/api/whoami-v2"]
    said, server = await checked(always(ONE), "HuggingFaceProvider", "/v1")
    assert server.targets == ["/v1/models", "/v1/models"]
    assert said.verdict is Verdict.INCONCLUSIVE


async def test_a_vendor_that_cannot_be_reached_is_no_verdict() -> None:
    """What the exchange says of it is the detail."""

    def unreachable(slug: str, seconds: float | None, retries: int | None) -> Any:
        raise VendorFailed(slug, Reason("closed-before-answer"))

    said = await VendorFetcher(vendor_api, unreachable, lambda: NOW).check(provider_of("http://127.0.0.1:1"), KEY)
    assert (said.verdict, said.detail) == (Verdict.INCONCLUSIVE, Reason("closed-before-answer"))
