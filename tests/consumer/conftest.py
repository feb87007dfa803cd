"""A real server for the programs of others, in which a use points at a model."""

import json
from collections.abc import Iterator

import pytest

from tests.support.live_server import LiveServer, LocalVendor, declared, live_server
from tests.support.product_tokens import token_named

ACME = {"slug": "acme", "name": "Acme", "capabilities": {"chat": {"supported": True, "models": ["large", "small"]}}}
SUPPORT = {"name": "support-chat", "capability": "chat", "provider": "acme"}


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A desk at work, whose declaration names a use of Acme's chat, where a large model is active."""
    vendor = LocalVendor()
    vendor.start()
    acme, folder = {**ACME, "api_base_url": f"http://{vendor.host}/v1"}, tmp_path_factory.mktemp("desk")
    declaration = json.dumps({**json.loads(declared(acme)), "uses": [SUPPORT]})
    # So few that a slow machine reaches the bound, too: each token may evaluate 25 flags at once.
    (folder / ".env").write_text("MODELDESK_EVALUATIONS_PER_SECOND=5\n", encoding="utf-8")
    with live_server(folder, declaration, vendor) as server:
        server.admit("sara")
        server.run("models", "select", "acme", "chat", "large")
        yield server
    vendor.stop()


@pytest.fixture(scope="package")
def token(server: LiveServer) -> str:
    return token_named("shop", server)
