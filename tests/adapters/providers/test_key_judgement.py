"""Whether an answer means that the key is wrong: by its status and by its words."""

import json
from typing import Any

import pytest

from modeldesk.adapters.providers.key_judgement import says_key_is_wrong
from modeldesk.adapters.vendor_http import Response
from modeldesk.domain.errors import KeyRejected
from modeldesk.domain.model.keys.provider_key import Verdict
from tests.support.vendor_server import always, checked, fetched


def answer(status: int, body: Any) -> Response:
    return Response(status, {}, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, {}),
        (401, b""),
        (401, b"<html>401 Authorization Required</html>"),
        (403, {"error": {"message": "Invalid API key"}}),
        (403, {}),
        (400, {"error": {"message": "API key not valid. Please pass a valid API key.", "details": [{"reason": "API_KEY_INVALID"}]}}),
        (400, {"error": {"code": "InvalidApiKey", "message": "no"}}),
        (404, {"message": "Unknown API key"}),
        (500, {"error": "The access token expired"}),
        (422, {"detail": [{"msg": "API token has been revoked"}]}),
        (200, {"base_resp": {"status_code": 1004, "status_msg": "login fail: Please carry the API secret key"}}),
        (200, {"code": 401, "msg": "Unauthorized"}),
        (401, {"message": "Access denied due to invalid subscription key or wrong API endpoint."}),
        (403, {"error": {"message": "无效的令牌"}}),
    ],
)
def test_a_wrong_key(status: int, body: Any) -> None:
    """The vendor's words for one, whatever the status; a plain 401, or a 403 without any other reason."""
    assert says_key_is_wrong(answer(status, body))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (403, b"<!doctype html><title>Attention Required! | Cloudflare</title>"),
        (403, {"error": {"code": "unsupported_country_region_territory", "message": "Country, region, or territory not supported"}}),
        (403, {"error": {"type": "forbidden", "message": "Request not allowed"}}),
        (403, {"error": {"message": "You have insufficient permissions for this operation. Missing scopes: api.model.read"}}),
        (401, {"error": {"message": "Missing scopes: api.model.read"}}),
        (403, {"error": {"message": "Requests from referer <empty> are blocked."}}),
        (403, {"error": {"message": "Access denied. Please check your network settings."}}),
        (403, {"error": {"message": "Your credit balance is too low"}}),
        (400, {"error": {"message": "User location is not supported for the API use."}}),
        (400, {"error": {"message": "invalid max_tokens"}}),
        (404, {"error": {"message": "model not found"}}),
        (429, {"error": {"message": "Rate limit reached for API key; it is not valid to call more often"}}),
        (500, {}),
        (200, {"data": [{"id": "a", "description": "rejects an invalid api key"}]}),
    ],
)
def test_another_reason(status: int, body: Any) -> None:
    """A firewall's page, a country, a missing scope, a bill, a limit: the key may be right."""
    assert not says_key_is_wrong(answer(status, body))


async def test_a_check_says_the_same() -> None:
    """A block is inconclusive, with the vendor's words; a wrong key is rejected although the status is 200."""
    verdict, _ = await checked(always({"error": {"message": "Country not supported"}}, 403), "OpenAIProvider")
    assert (verdict.verdict, str(verdict.detail)) == (
        Verdict.INCONCLUSIVE,
        "vendor-said: said='Country not supported', status=403, asked='/v1/models'",
    )
    verdict, _ = await checked(always({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}), "OpenAIProvider")
    assert verdict.verdict is Verdict.REJECTED


async def test_a_list_says_the_same() -> None:
    """An error with status 200 is an error."""
    with pytest.raises(KeyRejected, match=r"vendor-said-instead: reason=.answer-without-list., said='invalid api key'"):
        await fetched(always({"code": 1, "msg": "invalid api key"}))
