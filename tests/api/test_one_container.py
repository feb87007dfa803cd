"""One container wires the command line and the REST interface: what is put in its place there, both work with."""

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from dependency_injector import providers as injection

from modeldesk.adapters.cache.memory import InMemoryListCache
from modeldesk.adapters.persistence.store import SqlStore
from modeldesk.domain.model.access.actor import CLI_ACTOR
from modeldesk.domain.model.catalogue.catalogue import ModelFacts
from modeldesk.domain.model.catalogue.query import CatalogueQuery
from modeldesk.domain.model.providers.provider import Provider, Slot
from modeldesk.domain.model.values.texts import CapabilityName, Slug
from modeldesk.entrypoints.cli import root
from modeldesk.entrypoints.cli.running import run_with
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.responses.models import browse_response
from modeldesk.entrypoints.server.serving import application
from modeldesk.entrypoints.settings import load_settings
from tests.support.app import App, KnownMetadata, cheap_hasher
from tests.support.log_capture import logging_as_it_was
from tests.support.stores import upgraded

LATER = datetime(2031, 1, 2, 3, 4, 5, tzinfo=UTC)
PARTS = (injection.AttributeGetter, injection.ProvidedInstance, injection.Delegate)
BROWSE = ("/ai-models/browse-models/?provider=acme&capability=chat", "models browse acme chat")
OVERVIEW = ("/ai/dashboard/overview/", "overview")


class Renaming:
    """Metadata by which a model of acme bears another name."""

    def stamp(self) -> None:
        """It never changes."""

    def preload(self, slugs: Collection[str] = ()) -> None:
        """It is there already."""

    async def facts(self, provider: Provider) -> Mapping[str, ModelFacts]:
        return {"small": ModelFacts("Renamed")} if provider.slug == "acme" else {}


class Elsewhere(InMemoryListCache):
    """A cache that goes by another name."""

    @property
    def backend(self) -> str:
        return "elsewhere"


def are_alike(part: Any, other: Any) -> bool:
    """Whether they are two providers of the same."""
    same = part is not other and type(part) is type(other) and part.provides is other.provides
    return same and (not isinstance(part, injection.AttributeGetter) or part.name == other.name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working folder with a filled database, and cheap passwords for whoever wires a container in it."""
    url = upgraded(tmp_path / "desk.db")
    with App(SqlStore(url)) as app:
        app.fill()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELDESK_DATABASE_URL", url)
    with Container.hasher.override(cheap_hasher()), Container.metadata.override(injection.Object(KnownMetadata())):
        yield tmp_path


def both(question: tuple[str, str]) -> tuple[Any, Any]:
    """The same question to a server and to a command, started as they always are."""
    path, command = question
    app = App()
    with logging_as_it_was():
        app.litestar = application(load_settings())
        with app:
            client = app.client()
            assert client.sign_in().status == 200
            by_rest = client.get(path).json
    done = CliRunner().invoke(root, [*command.split(), "--format", "json"])
    assert done.exit_code == 0, done.stderr
    return by_rest, json.loads(done.stdout)


def test_both_answer_with_the_same_words(folder: Path) -> None:
    """The JSON of a command is the body of the route."""
    by_rest, by_command = both(BROWSE)
    assert by_rest == by_command
    assert by_rest["models"][1]["name"] == "Acme Small"


def test_metadata_put_in_its_place_is_seen_by_both(folder: Path) -> None:
    """Where the names come from is decided in one place."""
    with Container.metadata.override(injection.Object(Renaming())):
        by_rest, by_command = both(BROWSE)
    assert by_rest == by_command
    assert by_rest["models"][1]["name"] == "Renamed"


def test_a_clock_put_in_its_place_is_read_by_both(folder: Path) -> None:
    """The moment on the dashboard is that of the container's clock, and as sessions go by it too, signing in still works."""
    with Container.clock.override(injection.Object(lambda: LATER)):
        by_rest, by_command = both(OVERVIEW)
    assert by_rest == by_command
    assert by_rest["generated_at"] == "2031-01-02T03:04:05.000Z"


def test_a_cache_put_in_its_place_is_named_by_both(folder: Path) -> None:
    """The next backend will come in here and nowhere else."""
    with Container.list_cache.override(injection.Singleton(Elsewhere)):
        by_rest, by_command = both(OVERVIEW)
    assert (by_rest["cache"], by_command["cache"]) == ({"backend": "elsewhere", "entries": 0},) * 2


def test_what_several_services_are_given_is_one_provider() -> None:
    """A container copies each provider of its class, which is most of the time of opening one."""
    parts = [part for part in injection.traverse(*Container.providers.values()) if type(part) in PARTS]
    repeated = [getattr(part, "name", str(part)) for part in parts if any(are_alike(part, other) for other in parts)]
    assert repeated == []


def test_no_provider_reads_a_configuration() -> None:
    """Containers load none when they are made."""
    assert not list(injection.traverse(*Container.providers.values(), types=[injection.Configuration]))


def test_one_container_for_both_at_once(app: App) -> None:
    """A server's own container tells the story of a command, and an override in it changes both."""
    slot = Slot(Slug("acme"), CapabilityName("chat"))

    def names() -> tuple[str, str]:
        app.container.catalogue_cache.reset()
        by_rest = app.signed_in().get(BROWSE[0]).json
        app.container.catalogue_cache.reset()
        listing = run_with(lambda container: container.discovery().listing(slot, CLI_ACTOR), app.container)
        by_command = browse_response(listing, CatalogueQuery())
        return by_rest["models"][1]["name"], by_command["models"][1]["name"]

    assert names() == ("Acme Small", "Acme Small")
    with app.container.metadata.override(injection.Object(Renaming())):
        app.signed_in().post("/ai/dashboard/cache/clear/?provider=acme")  # a new generation: what was answered before is not answered again
        assert names() == ("Renamed", "Renamed")
