"""`modeldesk models browse` where the vendor lists its models live: waiting, refreshing, accepting, explaining."""

import io
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from dependency_injector import providers as injection

from modeldesk.domain.errors import KeyRejected, VendorFailed
from modeldesk.domain.model.catalogue.vendor_list import VendorList
from modeldesk.domain.model.providers.provider import Provider
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.ports.vendors import Progress
from modeldesk.entrypoints.cli import root
from modeldesk.entrypoints.container import Container
from tests.support.cli_folder import Folder
from tests.support.fake_vendors import TYPED_ON_AN_ARABIC_KEYBOARD, FakeVendors, damaged_list, persian_list, vendor_models

BOTH = {name: {"supported": True, "has_dynamic_models": True} for name in ("chat", "image")}
LIVE = {"slug": "live", "name": "Live", "api_base_url": "https://live.example/v1", "capabilities": BOTH}
KEYED = {"slug": "groq", "name": "Groq", "capabilities": BOTH, "sort_order": 1}


@pytest.fixture
def live(folder: Folder, vendors: FakeVendors, declare_and_import: Callable[..., None]) -> Folder:
    """A desk with a vendor that lists four models live, and one that wants a key."""
    declare_and_import(folder, LIVE, KEYED)
    vendors.write("live", "abcd")
    return folder


def browse(desk: Folder, *options: str) -> tuple[str, str]:
    answer = desk.type("models", "browse", "live", "chat", *options, "--format", "json").json
    return answer["source"], "".join(model["id"] for model in answer["models"])


def test_a_live_list_is_read_and_then_there_for_the_next_command(live: Folder, vendors: FakeVendors) -> None:
    """Each is a process of its own: what one has read is in the database."""
    assert browse(live) == ("live", "abcd")
    assert browse(live) == ("cache", "abcd")
    assert len(vendors.asked) == 1
    assert live.type("models", "select", "live", "chat", "x").lines[-1] == "the provider's list does not contain this model"


def test_a_key_that_the_vendor_rejected_is_called_so(live: Folder, vendors: FakeVendors) -> None:
    """In the lists of keys and of providers, until another one is entered; REST's `usable` says whether a key may be used, and that it may."""

    def said() -> tuple[str, str]:
        key = live.type("providers", "list").lines[2].split("GroqProvider")[1].split()
        return live.type("keys", "list", "--format", "json").json["keys"][0]["state"], " ".join(key[1:-1])

    live.type("keys", "set", "groq", "--key-stdin", typed="gsk-0123456789abcdef")
    assert said() == ("usable", "…cdef")
    vendors.fail("groq", kind=KeyRejected)
    live.type("models", "browse", "groq", "chat", exits=1)
    assert said() == ("rejected", "…cdef (rejected)")
    assert live.provider("groq")["key"]["usable"] is True
    live.type("keys", "set", "groq", "--key-stdin", typed="gsk-0123456789ghijkl")
    assert said() == ("usable", "…ijkl")


def test_the_table_says_how_old_the_list_is(live: Folder) -> None:
    """Under the rows and their count."""
    lines = live.type("models", "browse", "live", "chat").lines
    assert [line.split()[0] for line in lines[1:5]] == list("abcd")
    assert lines[5] == "4 of 4 models"
    assert lines[6].startswith("read from the vendor at 20")
    assert lines[6].endswith("Z (live)")


def test_an_old_list_is_waited_for_and_shown_where_the_vendor_fails(
    live: Folder, vendors: FakeVendors, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line waits; the reason is told with the old one."""
    monkeypatch.setenv("MODELDESK_CATALOGUE_TTL", "1s")
    browse(live)
    live.execute("UPDATE vendor_lists SET fetched_at = '2026-11-01 00:00:00.000000', is_cleared = 1")
    monkeypatch.setenv("MODELDESK_CATALOGUE_STALE", "366d")
    vendors.write("live", "abcx")
    assert browse(live) == ("live", "abcx")
    live.execute("UPDATE vendor_lists SET is_cleared = 1")
    vendors.fail("live", "it is down")
    assert browse(live) == ("stale", "abcx")
    assert live.type("models", "browse", "live", "chat").lines[-1] == "⚠️  the last refresh failed: it is down"
    assert live.type("--quiet", "models", "browse", "live", "chat").errors == ["⚠️  the last refresh failed: it is down"]
    assert any("it is down; the last good list is of" in line for line in live.type("overview", "--all").lines)


def test_what_is_missing_from_a_list_is_said(live: Folder, vendors: FakeVendors) -> None:
    """Under the table, also by the next command; `--explain` names the rows."""
    vendors.lists["live"] = damaged_list()
    for _ in range(2):
        assert live.type("models", "browse", "live", "chat").lines[-2:] == [
            "⚠️  the vendor's list is incomplete: the vendor counts 9 models and sent 3",
            "⚠️  1 row of the vendor's list could not be read; --explain names them",
        ]
    explained = live.type("models", "browse", "live", "chat", "--explain").lines
    assert any("row 2 of the vendor's list cannot be read: it has no usable id" in line for line in explained)
    assert any("the vendor's list is incomplete" in line for line in live.type("overview", "--all").lines)


def test_a_persian_name_is_found_however_it_is_typed(live: Folder, vendors: FakeVendors) -> None:
    """By letters and digits of an Arabic keyboard, and without the half-space."""
    vendors.lists["live"] = persian_list()
    assert browse(live, "--search", TYPED_ON_AN_ARABIC_KEYBOARD) == ("live", "a")


def test_a_refresh_asks_the_vendor(live: Folder, vendors: FakeVendors) -> None:
    """However fresh the list is."""
    browse(live)
    vendors.write("live", "abcx")
    assert browse(live, "--refresh") == ("live", "abcx")
    assert len(vendors.asked) == 2


def test_a_list_that_shrank_waits_until_it_is_accepted(live: Folder, vendors: FakeVendors) -> None:
    """The line says how; accepting goes with a refresh."""
    browse(live)
    vendors.write("live", "a")
    lines = live.type("models", "browse", "live", "chat", "--refresh").lines
    assert lines[-1] == "⚠️  the vendor's list shrank to 1 model; --refresh --accept accepts it"
    assert any("it waits to be confirmed or accepted" in line for line in live.type("overview", "--all").lines)
    assert live.refused("models", "browse", "live", "chat", "--accept", exits=2)[-1] == "Error: --accept needs --refresh"
    assert browse(live, "--refresh", "--accept") == ("live", "a")
    assert live.type("models", "browse", "live", "chat").lines[-1].startswith("read from the vendor at")


def test_explaining_shows_what_is_offered_and_what_is_left_out(live: Folder, vendors: FakeVendors) -> None:
    """Each with its reason; the JSON is REST's."""
    vendors.write("live", ["acme-5", "tts-1"])
    rows = live.type("models", "browse", "live", "chat", "--explain").lines
    assert rows[0].split() == ["model", "name", "offered", "reason"]
    assert rows[1].split(maxsplit=3) == [
        "acme-5",
        "acme-5",
        "yes",
        "unverified: nothing says what it is for, so it counts as a language model",
    ]
    assert rows[2].split(maxsplit=3) == ["tts-1", "tts-1", "no", "for speech, by its name (tts)"]
    assert rows[3] == "1 of 1 model"
    answer = live.type("models", "browse", "live", "chat", "--explain", "--format", "json").json
    assert answer["excluded"] == [{"id": "tts-1", "name": "tts-1", "reason": "for speech, by its name (tts)"}]
    assert "excluded" not in live.type("models", "browse", "live", "chat", "--format", "json").json


@pytest.mark.parametrize(
    ("options", "shown"),
    [(["--limit", "1"], ["acme-5", "tts-1"]), (["--search", "2"], ["acme-25", "tts-2"]), (["--search", "e-5"], ["acme-5"])],
)
def test_explaining_obeys_the_search_and_the_limit(live: Folder, vendors: FakeVendors, options: list[str], shown: list[str]) -> None:
    """The limit of what is offered, and of what is left out."""
    vendors.write("live", ["acme-5", "acme-25", "tts-1", "tts-2"])
    lines = live.type("--quiet", "models", "browse", "live", "chat", "--explain", *options).lines
    assert [line.split()[0] for line in lines[1:]] == shown


def test_explaining_says_what_the_metadata_filled_in(folder: Folder) -> None:
    """And where it came from."""
    folder.declare({"slug": "openai", "name": "OpenAI", "capabilities": {"chat": {"supported": True, "models": ["gpt-4o"]}}})
    folder.type("import-providers")
    row = folder.type("models", "browse", "openai", "chat", "--explain").lines[1]
    assert "the declaration lists it; name, pricing, context_length" in row
    assert "from models.dev" in row
    assert row.endswith("cache read 1.25")


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        (VendorFailed, "Error: the models of 'live' could not be read: it is down"),
        (KeyRejected, "Error: 'live' rejected the key: it is down; enter another one with: modeldesk keys set live"),
    ],
)
def test_without_a_list_a_failing_vendor_is_an_error(live: Folder, vendors: FakeVendors, kind: type[VendorFailed], line: str) -> None:
    """One line, exit code 1, and no key in it."""
    live.type("keys", "set", "live", "--key-stdin", typed="sk-0123456789-abcd-WXYZ")
    vendors.fail("live", "it is down", kind)
    assert live.type("models", "browse", "live", "chat", exits=1).errors == [line]


def test_a_vendor_that_asks_to_be_left_alone(live: Folder, vendors: FakeVendors) -> None:
    """The next command says the same, and does not ask."""
    vendors.ask_to_wait("live", datetime(2126, 1, 1, tzinfo=UTC))
    for more in ((), ("--refresh",)):
        [line] = live.type("models", "browse", "live", "chat", *more, exits=1).errors
        assert line.endswith("the vendor answered with status 429; it asks to wait until 2126-01-01 00:00 UTC")
    assert len(vendors.asked) == 1


def test_a_list_that_needs_a_key_says_so(live: Folder, vendors: FakeVendors) -> None:
    """Until there is one."""
    assert live.refused("models", "browse", "groq", "chat") == ["Error: 'groq' has no API key yet; enter it with: modeldesk keys set groq"]
    live.type("keys", "set", "groq", "--key-stdin", typed="gsk-0123456789-abcd-WXYZ")
    vendors.write("groq", "ab")
    assert live.type("models", "browse", "groq", "chat", "--format", "json").json["source"] == "live"
    assert vendors.asked == [("groq", "gsk-0123456789-abcd-WXYZ")]


def test_clearing_has_the_list_read_anew(live: Folder, vendors: FakeVendors) -> None:
    """At the next look."""
    browse(live)
    live.type("cache", "clear", "--provider", "live")
    vendors.write("live", "abcx")
    assert browse(live) == ("live", "abcx")


class PagedVendor:
    """A vendor with two pages of a hundred models."""

    async def fetch(self, provider: Provider, key: Secret | None, progress: Progress) -> VendorList:
        for page in (1, 2):
            progress(page, 100 * page)
        return vendor_models(*(f"m{number}" for number in range(200)))


@pytest.mark.parametrize("kind", ["xterm", "dumb"])
def test_on_a_terminal_pages_and_models_are_counted(live: Folder, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """On standard error, and taken away again, where the terminal can; standard output is the answer alone."""
    monkeypatch.setenv("TERM", kind)
    terminal, inner = os.openpty()
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with os.fdopen(inner, "w", encoding="utf-8") as screen, Container.vendors.override(injection.Object(PagedVendor())):
        monkeypatch.setattr(sys, "stdout", out)
        monkeypatch.setattr(sys, "stderr", screen)
        root.main(["models", "browse", "live", "chat", "--limit", "1", "--format", "json"], prog_name="modeldesk", standalone_mode=False)
    parts = list[bytes]()
    with suppress(OSError):  # the other side is closed
        while part := os.read(terminal, 10_000):
            parts.append(part)
    os.close(terminal)
    shown = b"".join(parts).decode()
    assert json.loads(out.buffer.getvalue())["total"] == 200
    if kind == "dumb":
        assert shown == ""
        return
    assert "1 page, 100 models" in shown
    assert "2 pages, 200 models" in shown
    assert shown.endswith("\r\x1b[K")
