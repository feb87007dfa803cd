"""Sign-in in a real browser by an identity provider that others wrote: oidc-provider-mock, as its package comes."""

from collections.abc import Iterator

import pytest
from attrs import frozen
from playwright.sync_api import Browser, expect

from tests.support.foreign_provider import foreign_provider
from tests.support.issuer import ENTRY, SARA, providers_file
from tests.support.live_server import LiveServer, LocalVendor, declared, live_server
from tests.support.ports import free_port


@frozen
class ProviderHost(LocalVendor):
    """The host that the desk may call."""

    port: int = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"


@pytest.fixture(scope="module")
def provider() -> Iterator[int]:
    """Its port. It knows one person."""
    port = free_port()
    with foreign_provider(port, SARA):
        yield port


@pytest.fixture(scope="module")
def desk(provider: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """Passwords are disabled."""
    folder = tmp_path_factory.mktemp("desk")
    file = providers_file(folder, {**ENTRY, "issuer": f"http://127.0.0.1:{provider}"})
    (folder / ".env").write_text(f"MODELDESK_OIDC_FILE={file}\nMODELDESK_PASSWORD_SIGN_IN=false\n", encoding="utf-8")
    (folder / ".env").chmod(0o600)
    with live_server(folder, declared(), ProviderHost(port=provider)) as desk:
        yield desk


def test_a_person_signs_in_and_out_of_both(browser: Browser, desk: LiveServer, provider: int) -> None:
    """The browser goes there and comes back to the page it wanted; nothing of our policy stops it on its way."""
    page = browser.new_context(locale="en").new_page()
    page.goto(f"{desk.origin}/admin/tokens")
    page.get_by_role("link", name="Sign in with Acme Login").click()
    page.wait_for_url(f"http://127.0.0.1:{provider}/oauth2/authorize**")
    page.get_by_role("button", name=SARA["sub"]).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("API tokens")
    assert page.url == f"{desk.origin}/admin/tokens"
    page.goto(f"{desk.origin}/admin/account")
    expect(page.locator("main")).to_contain_text("sara")
    expect(page.locator("main")).not_to_contain_text("Change your password")
    page.locator("form[action='/admin/sign-out'] button").first.click()
    page.get_by_role("link", name="Sign out of Acme Login too").click()
    page.wait_for_url(f"http://127.0.0.1:{provider}/oauth2/end_session**")
    page.context.close()
    assert "sub-of-sara of http" in desk.run("admin", "list")


def test_the_operator_lets_somebody_in_without_the_provider(browser: Browser, desk: LiveServer) -> None:
    """By a link of the command line, with one click; nobody types a password, and none is needed."""
    desk.run("admin", "create", "omid")
    page = browser.new_context(locale="fa").new_page()
    page.goto(desk.run("admin", "sign-in-link", "omid").strip().replace("127.0.0.1:8000", desk.origin.removeprefix("http://")))
    page.locator("button.main").click()
    expect(page.locator("html")).to_have_attribute("dir", "rtl")
    page.goto(f"{desk.origin}/admin/account")
    expect(page.locator("main")).to_contain_text("omid")
    page.context.close()
