"""The page of the API reference: every route, and nothing from another host."""

import asyncio
import threading
from collections.abc import Mapping
from contextlib import suppress
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest

from modeldesk.entrypoints.api.openapi_page import router
from tests.support.app import Client


class Addresses(HTMLParser):
    """Everything in a page that a browser would fetch, follow or run."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched = list[str]()
        self.tags = set[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            assert not name.startswith("on")
            assert name != "style"
            if name in ("src", "href", "action", "data", "srcset", "poster", "formaction", "content") and value is not None:
                self.fetched.append(value)


@pytest.mark.parametrize("path", ["/schema", "/schema/"])
def test_the_page_needs_no_outside_host(anonymous: Client, path: str) -> None:
    """No script, nothing from elsewhere, and what it names is served here."""
    answer = anonymous.ask("GET", path)
    assert (answer.status, (answer.one("content-type") or "").partition(";")[0]) == (200, "text/html")
    page = Addresses()
    page.feed(answer.body.decode())
    assert page.tags.isdisjoint({"script", "iframe", "img", "object", "embed", "form", "base", "style"})
    assert set(page.fetched) == {"/static/schema.css", "/schema/openapi.json", "data:,", "width=device-width"}
    assert b"//" not in answer.body
    style = anonymous.ask("GET", "/static/schema.css")
    assert (style.status, style.one("content-type")) == (200, "text/css; charset=utf-8")
    assert b"url(" not in style.body
    assert b"@import" not in style.body


def test_the_page_shows_every_route(anonymous: Client, document: Mapping[str, Any]) -> None:
    """With parameters, bodies and answers."""
    page = anonymous.ask("GET", "/schema").body.decode()
    for path, item in document["paths"].items():
        for method in item.keys() - {"head"}:
            assert f"<span class='method'>{method.upper()}</span> <code>{path}</code>" in page
    for word in ("capability", "model_name", "slot_version", "csrf_token", "the body is not application/json"):
        assert word in page


@pytest.mark.parametrize(
    "path",
    [
        "/schema/swagger",
        "/schema/redoc",
        "/schema/elements",
        "/schema/rapidoc",
        "/schema/openapi.yaml",
        "/schema/openapi.yml",
        "/schema/oauth2-redirect.html",
    ],
)
def test_no_other_page_is_made(anonymous: Client, path: str) -> None:
    """The framework's own would load scripts from elsewhere."""
    answer = anonymous.ask("GET", path)
    assert (answer.status, answer.one("content-type")) == (404, "application/problem+json")


async def test_a_caller_who_leaves_does_not_stop_the_document() -> None:
    """It is made once, also for the next one."""
    begun, may_end, made = threading.Event(), threading.Event(), list[bool]()

    def make() -> None:
        begun.set()
        made.append(may_end.wait())

    plugins = SimpleNamespace(get=lambda _: SimpleNamespace(provide_openapi_schema=make))
    request: Any = SimpleNamespace(app=SimpleNamespace(plugins=plugins))
    before: Any = router().before_request
    leaving = asyncio.create_task(before(request))
    await asyncio.to_thread(begun.wait)
    leaving.cancel()
    with suppress(asyncio.CancelledError):
        await leaving
    may_end.set()
    await before(request)
    assert made == [True]
