"""The catalogue at its address, read from a real server of ours."""

import pytest

from modeldesk.adapters.metadata.address import MetadataAddress
from modeldesk.domain.errors import VendorFailed
from modeldesk.domain.model.catalogue.metadata_layers import FetchedCatalogue, Validators
from tests.support.hostile_server import answer, head
from tests.support.outbound_vendor import replies, vendor

KNOWN = Validators('"1"', "Sat, 28 Nov 2026 00:00:00 GMT")


async def test_a_document_with_what_asks_for_changes_only() -> None:
    """The next request sends it, and an unchanged document is not sent again."""
    first = head("200 OK", 'ETag: "1"', "Last-Modified: Sat, 28 Nov 2026 00:00:00 GMT", "Content-Length: 2") + b"{}"
    async with vendor(replies(first, head("304 Not Modified", 'ETag: "1"'))) as it:
        address = MetadataAddress(f"{it.origin}/api.json", it.client.open)
        assert await address.fetch(Validators()) == FetchedCatalogue(b"{}", KNOWN)
        assert await address.fetch(KNOWN) == FetchedCatalogue(None)
        sent = [question.decode().lower() for question in it.served.questions]
    assert "if-none-match" not in sent[0]
    assert 'if-none-match: "1"' in sent[1]
    assert "if-modified-since: sat, 28 nov 2026 00:00:00 gmt" in sent[1]


@pytest.mark.parametrize("status", ["404 Not Found", "302 Found"])
async def test_another_answer_is_a_failure(status: str) -> None:
    """Also a redirect, which is not followed."""
    async with vendor(replies(answer(b"{}", status))) as it:
        with pytest.raises(VendorFailed):
            await MetadataAddress(f"{it.origin}/api.json", it.client.open).fetch(Validators())


async def test_an_unchanged_document_that_nobody_asked_about_is_refused() -> None:
    """304 without a condition is no answer."""
    async with vendor(replies(head("304 Not Modified"))) as it:
        with pytest.raises(VendorFailed):
            await MetadataAddress(f"{it.origin}/api.json", it.client.open).fetch(Validators())
