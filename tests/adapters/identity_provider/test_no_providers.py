"""Without identity providers nothing of theirs is loaded."""

import subprocess
import sys

import pytest

from modeldesk.adapters.identity_provider.no_providers import NoIdentityProviders
from modeldesk.domain.errors import IdentityProviderNotFound
from modeldesk.domain.model.access.federated_identity import GroupRoles, IdentityProvider
from modeldesk.domain.model.access.sign_in_flow import ProviderAnswer, new_flow
from modeldesk.domain.model.values.texts import SingleLineText, Slug
from tests.support.manual_clock import NOON

ASK = "import sys, modeldesk.entrypoints.lazy_adapters as lazy; lazy.identity_providers(None, None, None, None); sys.exit('joserfc' in sys.modules)"


def test_the_library_of_tokens_is_not_loaded() -> None:
    """It takes longer than most commands."""
    assert subprocess.run([sys.executable, "-c", ASK], check=False).returncode == 0


async def test_nobody_is_known() -> None:
    """Whoever asks all the same is told so."""
    none, flow = NoIdentityProviders(), new_flow("company", NOON)
    provider = IdentityProvider(Slug("company"), SingleLineText("Acme"), "https://a.example", GroupRoles(frozenset(), frozenset()))
    assert list(none.all()) == []
    for asking in (
        none.sign_in_url(provider, flow, ""),
        none.sign_out_url(provider, ""),
        none.claims(provider, flow, ProviderAnswer(), ""),
    ):
        with pytest.raises(IdentityProviderNotFound):
            await asking
