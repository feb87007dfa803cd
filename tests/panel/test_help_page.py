"""Help, the API reference and the version, which every page leads to."""

from importlib.metadata import version

import pytest

from tests.support.panel_client import PanelClient, text_of


@pytest.mark.parametrize("path", ["/admin/", "/admin/account", "/admin/providers/acme/chat", "/admin/nothing"])
def test_the_foot_of_every_page_says_where_help_is(nima: PanelClient, path: str) -> None:
    """And the API reference, and the version that runs."""
    foot = text_of(nima.get(path)).partition("<footer")[2].partition("</footer>")[0]
    assert 'href="/admin/help"' in foot
    assert 'href="/schema"' in foot
    assert version("modeldesk") in foot


def test_what_the_foot_leads_to_exists(nima: PanelClient) -> None:
    """The help says what the words mean, and where more is written."""
    page = text_of(nima.get("/admin/help"))
    assert "The one model that products get for a provider and a capability." in page
    assert "modeldesk --help" in page
    assert nima.get("/schema").status == 200


def test_a_token_says_in_words_what_it_may_do(sara: PanelClient) -> None:
    """Each of its scopes, and no other."""
    sara.send("/admin/tokens", {"token_name": "nightly", "scope_read": "1", "days": "9"})
    listed = text_of(sara.get("/admin/tokens")).partition("<tbody")[2].partition("</tbody>")[0]
    assert "read: read providers, models and lists" in listed
    assert "select:" not in listed
