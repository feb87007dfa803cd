"""A desk without providers: each page says so, and offers the next step once."""

from collections.abc import Iterator

import pytest

from modeldesk.domain.model.access.admin import Role
from tests.support.app import PASSWORD, App
from tests.support.panel_client import PanelClient, signed_in, text_of


@pytest.fixture
def empty() -> Iterator[App]:
    with App() as app:
        for name, role in (("sara", Role.SUPER), ("nima", Role.NORMAL)):
            app.run(app.container.admins().create(name, PASSWORD, role))
        yield app


@pytest.mark.parametrize("path", ["/admin/", "/admin/providers", "/admin/keys", "/admin/uses", "/admin/new-use"])
def test_adding_a_provider_is_offered_once(empty: App, path: str) -> None:
    """And nothing that needs a provider: no search, and no form of a use."""
    page = text_of(signed_in(empty, "sara").get(path)).partition("<main")[2]
    assert page.count('href="/admin/new-provider"') == 1
    assert 'role="search"' not in page
    assert "Create a use</a>" not in page
    assert "<select" not in page


def test_who_may_not_add_one_is_told_who_can(empty: App) -> None:
    """Without a button."""
    page = text_of(signed_in(empty, "nima").get("/admin/uses"))
    assert "A super admin can add them." in page
    assert "/admin/new-provider" not in page


def test_with_a_provider_the_button_stands_at_the_top(sara: PanelClient) -> None:
    """Also while a search finds nothing."""
    assert text_of(sara.get("/admin/providers?search=nothing")).count('href="/admin/new-provider"') == 1
    assert text_of(sara.get("/admin/uses")).count('href="/admin/new-use"') == 1
