"""Tokens of products at a real server."""

from tests.support.live_server import LiveServer


def token_named(name: str, server: LiveServer) -> str:
    """A token that may resolve, and nothing else."""
    return server.run("tokens", "create", name, "--scope", "resolve", "--as", "sara").strip()
