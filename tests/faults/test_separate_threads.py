"""Imports, password hashes and long bodies do not wait for each other's threads."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from dependency_injector import providers as injection

from modeldesk.adapters.converter import checking_converter
from modeldesk.adapters.deadline import deadline
from modeldesk.adapters.declaration.providers_json import DeclarationReader
from modeldesk.adapters.providers.registry import shipped_classes
from modeldesk.adapters.request_parser import RequestParser
from modeldesk.entrypoints.api.services import LONGEST_INLINE
from tests.support.app import API, PASSWORD, App
from tests.support.panel_client import PanelClient, text_of

IMPORT = f"{API}/ai-providers/import/"
ENDS_WITHIN = 30
"""Seconds after which a test that hangs is given up."""

DECLARATION = {"version": "1.0.0", "providers": [{"slug": "new", "name": "New"}]}


class SlowReader(DeclarationReader):
    """Reads when it is let go."""

    def __init__(self) -> None:
        super().__init__(checking_converter(shipped_classes()), shipped_classes())
        self.started, self.let_go = threading.Event(), threading.Event()

    def read(self, *given: Any, **named: Any) -> Any:
        self.started.set()
        self.let_go.wait(ENDS_WITHIN)
        return super().read(*given, **named)


class WatchedParser(RequestParser):
    """Tells the threads in which bodies are parsed."""

    def __init__(self) -> None:
        super().__init__(checking_converter(shipped_classes()))
        self.threads = list[int]()

    def body(self, data: bytes, kind: type[Any]) -> Any:
        self.threads.append(threading.get_ident())
        return super().body(data, kind)


@pytest.fixture
def app() -> Iterator[App]:
    """One of its own, in memory."""
    with App() as app:
        yield app.fill()


@pytest.fixture
def slow(app: App) -> SlowReader:
    reader = SlowReader()
    app.container.declarations.override(injection.Object(reader))
    return reader


def quick_deadlines(app: App) -> AbstractContextManager[object]:
    """A tenth of those that ship, for requests that are to be refused."""
    overriding: AbstractContextManager[object] = app.container.deadline.override(injection.Object(lambda seconds: deadline(seconds / 10)))
    return overriding


def test_one_import_at_a_time_and_nobody_else_waits_for_it(app: App, slow: SlowReader) -> None:
    """The next import is refused at its deadline, over REST and in the panel; a sign-in and a long body are served meanwhile."""
    sara = app.signed_in()
    page = PanelClient(app)
    page.sign_in("sara")
    form = {"csrf_token": page.token("/admin/import"), "declaration": '{"version": "1.0.0", "providers": []}', "act": "plan"}

    async def others() -> None:
        first = asyncio.create_task(sara.asking("POST", IMPORT, DECLARATION))
        await asyncio.to_thread(slow.started.wait, ENDS_WITHIN)
        with quick_deadlines(app):
            second = await sara.asking("POST", IMPORT, DECLARATION)
        assert (second.status, second.json["type"], second.one("retry-after")) == (503, "urn:modeldesk:problem:import-busy", "1")
        login = await app.client().asking("POST", f"{API}/auth/login/", {"username": "sara", "password": PASSWORD})
        long = {"provider": "acme", "capability": "chat", "model_id": "large", "model_name": "n" * 2 * LONGEST_INLINE}
        select = await sara.asking("POST", f"{API}/ai-models/select-model/", long)
        assert (login.status, select.status) == (200, 422)
        with quick_deadlines(app):
            in_panel = await page.posting("/admin/import", form)
        assert (in_panel.status, in_panel.one("retry-after")) == (503, "1")
        assert "nother import is running" in text_of(in_panel)
        assert not first.done()
        slow.let_go.set()
        assert (await first).json["created"] == ["new"]

    app.run(others())
    assert sara.post("/ai-providers/import/", DECLARATION).status == 200


def test_a_long_body_is_parsed_off_the_event_loop(app: App) -> None:
    """A short one is not: the way to a thread and back takes longer than parsing it."""
    parser = WatchedParser()
    app.container.request_parser.override(injection.Object(parser))
    sara = app.signed_in()
    parser.threads.clear()
    sara.select("large")
    sara.select("large", model_name="n" * 2 * LONGEST_INLINE)
    here = threading.get_ident()
    assert [thread == here for thread in parser.threads] == [True, False]
