"""The JSON Schema of `providers.json` over HTTP."""

from tests.support.app import Client


def test_everybody_may_read_and_keep_the_schema(anonymous: Client) -> None:
    """Without a sign-in, as a schema for an hour; HEAD like GET."""
    answer = anonymous.ask("GET", "/schema/providers.json")
    assert (answer.status, answer.one("content-type"), answer.one("cache-control")) == (
        200,
        "application/schema+json",
        "public, max-age=3600",
    )
    assert set(answer.json["properties"]) == {"version", "providers", "uses", "$schema"}
    assert anonymous.ask("HEAD", "/schema/providers.json").one("content-length") == answer.one("content-length")
