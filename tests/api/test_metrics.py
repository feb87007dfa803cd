"""`/metrics`: what it answers, and to whom."""

import ipaddress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from litestar.types import HTTPScope
from prometheus_client import Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.entrypoints.client_address import is_direct_from_this_machine
from modeldesk.entrypoints.settings import Settings
from tests.support.app import App, Client, live_declared
from tests.support.asgi import Answer
from tests.support.fake_vendors import vendor_models

SELECTED = {"provider": "acme", "capability": "chat"}


def scraped(client: Client, **asking: Any) -> Answer:
    return client.app.run(client.asking("GET", "/metrics", **asking))


def families(client: Client) -> dict[str, Metric]:
    return {family.name: family for family in text_string_to_metric_families(scraped(client).body.decode())}


def values(metric: Metric) -> dict[tuple[str, ...], float]:
    return {tuple(sample.labels.values()): sample.value for sample in metric.samples}


def test_the_desk_in_figures(app: App, sara: Client, anonymous: Client) -> None:
    """Active models with their health and end, uses, webhooks and numbers: as the reference describes them, and as a parser reads them."""
    sara.select("ending")
    sara.ask("PUT", "/api/admin/ai-uses/support-chat/", SELECTED)
    webhook = sara.post("/webhooks/", {"url": "https://receiver.invalid/in", "events": ["model.selected"]}).json["id"]
    sara.select("large", capability="content")
    app.clock.now += timedelta(seconds=30)
    found = families(anonymous)
    assert values(found["modeldesk_selection"]) == {("acme", "chat", "ending"): 1, ("acme", "content", "large"): 1}
    assert values(found["modeldesk_selection_state"])[("acme", "chat", "not-in-catalogue")] == 4
    [ends] = values(found["modeldesk_selection_retires_timestamp_seconds"]).items()
    assert ends == (("acme", "chat"), 1_798_675_200)
    assert values(found["modeldesk_use"]) == {("support-chat", "acme", "chat"): 1}
    assert values(found["modeldesk_webhook_pending_deliveries"]) == {(webhook,): 1}
    assert values(found["modeldesk_webhook_oldest_pending_age_seconds"]) == {(webhook,): 30}
    assert values(found["modeldesk_webhook_given_up_deliveries"]) == {(webhook,): 0}
    numbers = app.run(app.store.current()).generation
    assert values(found["modeldesk_generation"]) == {
        ("catalogue",): numbers.catalogue,
        ("choices",): numbers.choices,
        ("access",): numbers.access,
    }
    assert [sample.value for sample in found["modeldesk_database_up"].samples] == [1]


def test_requests_are_counted(app: App, sara: Client, anonymous: Client) -> None:
    """Also those that no route took, and earlier scrapes; by the route, not by what was asked for."""

    def count(*labels: str) -> float:
        return values(families(anonymous)["modeldesk_http_requests"]).get(labels, 0)

    route, nowhere = ("/api/resolve/{use}", "GET", "404"), ("unmatched", "GET", "404")
    before, unmatched = count(*route), count(*nowhere)
    for name in ("a", "b"):
        sara.ask("GET", f"/api/resolve/{name}")
    anonymous.ask("GET", "/nowhere")
    assert (count(*route), count(*nowhere)) == (before + 2, unmatched + 1)
    assert count("/metrics", "GET", "200") >= 4


def test_the_age_of_lists(app: App, sara: Client, anonymous: Client) -> None:
    """Of those that were read; and whether the last refresh failed."""
    app.put(live_declared("GroqProvider", "chat"))
    sara.ask("PUT", "/api/admin/ai-providers/live/key/", {"scope": "shared", "api_key": "sk-0123456789"})
    app.vendors.lists["live"] = vendor_models("a")
    assert sara.get("/ai-models/browse-models/?provider=live&capability=chat&refresh=true").status == 200
    app.clock.now += timedelta(minutes=10)
    found = families(anonymous)
    assert values(found["modeldesk_list_age_seconds"]) == {("live",): 600}
    assert values(found["modeldesk_list_failed"]) == {("live",): 0}


def test_without_the_database_the_counters_are_there(tmp_path: Path) -> None:
    """And say that it is away: monitoring needs them then most of all."""
    with App(SqlStore(f"sqlite:///{tmp_path / 'missing.db'}")) as app:
        anonymous = app.client()
        anonymous.ask("GET", "/health/live")
        found = families(anonymous)
    assert [sample.value for sample in found["modeldesk_database_up"].samples] == [0]
    assert "modeldesk_http_requests" in found
    assert "modeldesk_selection" not in found


@pytest.mark.parametrize(
    "asking",
    [
        {"peer": "192.0.2.7"},
        {"peer": "::ffff:192.0.2.7"},
        *(
            {"headers": {name: value}}
            for name, value in (("x-forwarded-for", "127.0.0.1"), ("forwarded", "for=127.0.0.1"), ("via", "1.1 proxy"))
        ),
        {"headers": {"x-real-ip": "127.0.0.1"}},
    ],
    ids=str,
)
def test_from_elsewhere_a_token_is_needed(app: App, sara: Client, anonymous: Client, asking: dict[str, Any]) -> None:
    """Also through a proxy on the machine itself, whatever address it claims; the scope is `read`, and a signed-in admin may look."""
    assert scraped(anonymous, **asking).status == 401
    assert scraped(app.program("read", name="monitor"), **asking).status == 200
    assert scraped(app.program("resolve", name="product"), **asking).status == 403
    assert scraped(sara, **asking).status == 200


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_the_machine_itself_needs_none(anonymous: Client, peer: str) -> None:
    """Under each of its loopback addresses."""
    answer = scraped(anonymous, peer=peer)
    assert (answer.status, answer.one("content-type")) == (200, "application/openmetrics-text; version=1.0.0; charset=utf-8")
    assert answer.one("cache-control") == "no-store"


@pytest.mark.parametrize("host", ["rebound.example:8000", "user@127.0.0.1:8000", "192.0.2.7", "[::1", "[x]", "127.0.0.1]"])
def test_a_page_that_was_bound_to_this_machine_needs_one(anonymous: Client, host: str) -> None:
    """The name in `Host` is the machine's own."""
    assert scraped(anonymous, headers={"host": host}).status in (400, 401)


@pytest.mark.parametrize(("version", "is_direct"), [("1", False), ("1.0", False), ("1.1", True), ("2", True)])
def test_a_call_in_the_way_of_nginx_is_not_direct(version: str, is_direct: bool) -> None:
    """Without any setting nginx calls in HTTP/1.0, with the address that it was given as the name of the host."""
    scope = {"client": ("127.0.0.1", 50_000), "http_version": version, "headers": [(b"host", b"127.0.0.1:8000"), (b"connection", b"close")]}
    assert is_direct_from_this_machine(cast(HTTPScope, scope), Settings()) is is_direct


def test_behind_a_proxy_that_is_not_named_nobody_is_local() -> None:
    """One that adds no header looks like the machine itself; where it is named, it adds the address."""
    for trusted, status in (((), 401), (("127.0.0.1/32",), 200)):
        proxies = tuple(ipaddress.ip_network(network) for network in trusted)
        with App(settings=Settings(public_url="https://desk.example", trusted_proxies=proxies)) as app:
            assert scraped(app.client()).status == status
