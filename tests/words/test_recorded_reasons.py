"""What a database holds of another version is said as well as can be: nothing fails for it."""

import pytest

from modeldesk.domain.errors import KeyRejected, Reason
from modeldesk.domain.model.values.texts import Slug
from modeldesk.entrypoints.api.remedies import REST
from modeldesk.entrypoints.panel.error_messages import refusal_message
from modeldesk.entrypoints.panel.languages import languages
from modeldesk.entrypoints.words.english import PLAIN


@pytest.mark.parametrize("code", ["vendor-said", "address-forbidden", "declaration-invalid", "of-tomorrow-100%"])
def test_a_reason_without_its_facts_stands_for_itself(code: str) -> None:
    """At every edge and in every language, with the remedies that need none of them."""
    error = KeyRejected(Slug("acme"), Reason(code))
    assert PLAIN.reason(Reason(code)) == code
    assert REST.refusal(error) == f"'acme' rejected the key: {code}; send another one to PUT /api/admin/ai-providers/acme/key/"
    for language in languages().all:
        assert code in refusal_message(error, language).striptags().replace("\u2060", "")
