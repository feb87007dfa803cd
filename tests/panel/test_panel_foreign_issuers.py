"""Two identity providers that others wrote, side by side: who is who, what belongs to whom, and rotated keys. The clock of the desk is the test's."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode

import pytest
from attrs import define

from modeldesk.adapters.memory.unit_of_work import InMemoryStore
from modeldesk.domain.model.access.federated_identity import FederatedIdentity
from modeldesk.entrypoints.settings import Settings
from tests.support.app import App
from tests.support.asgi import Answer
from tests.support.foreign_provider import authorized, foreign_provider
from tests.support.issuer import ENTRY, SARA, providers_file
from tests.support.manual_clock import ManualClock
from tests.support.panel_client import PanelClient, text_of
from tests.support.ports import free_port

SUBJECT = SARA["sub"]
OTHER_PERSON = {"sub": SUBJECT, "preferred_username": "sara.other", "groups": ["ai-users"]}
KEYS_ARE_READ_AGAIN = timedelta(seconds=31)


@define
class Company:
    """A desk and its two providers: `company` knows sara, `other` somebody else with the same subject."""

    app: App
    ports: dict[str, int]
    running: dict[str, ExitStack]

    def start(self, name: str) -> None:
        """Starts the provider, or starts it anew at the same address, with new keys."""
        self.stop(name)
        self.running[name] = ExitStack()
        self.running[name].enter_context(foreign_provider(self.ports[name], SARA if name == "company" else OTHER_PERSON))

    def stop(self, name: str) -> None:
        self.running.pop(name, ExitStack()).close()

    def origin(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"

    def begin(self, client: PanelClient, name: str) -> str:
        """Where the browser is sent."""
        return str(client.get(f"/admin/sign-in/with/{name}").one("location"))

    def come_back(self, client: PanelClient, name: str, query: str) -> Answer:
        return client.get(f"/admin/sign-in/with/{name}/callback?{query}")

    def sign_in(self, client: PanelClient, name: str) -> Answer:
        return self.come_back(client, name, authorized(self.begin(client, name), SUBJECT))

    def now(self) -> None:
        """Sets the clock of the desk to that of the providers."""
        self.app.clock.now = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    ports = {"company": free_port(), "other": free_port()}
    entries = [{**ENTRY, "id": name, "name": name.title(), "issuer": f"http://127.0.0.1:{port}"} for name, port in ports.items()]
    file = providers_file(tmp_path_factory.mktemp("oidc"), *entries)
    allowed = ",".join(f"127.0.0.1:{port}" for port in ports.values())
    settings = Settings(oidc_file=file, allowed_hosts_outbound=allowed, password_sign_in=False)
    with App(InMemoryStore(), settings, ManualClock(), is_reusable=False) as app:
        company = Company(app, ports, {})
        for name in ports:
            company.start(name)
        yield company
        for name in ports:
            company.stop(name)


@pytest.fixture
def visitor(company: Company) -> PanelClient:
    company.now()
    return PanelClient(company.app)


def test_the_same_subject_at_two_issuers_is_two_people(company: Company, visitor: PanelClient) -> None:
    """Each becomes an admin of their own, with their own role, and stays that one."""
    other = PanelClient(company.app)
    for _ in range(2):
        assert company.sign_in(visitor, "company").one("location") == "/admin/"
        assert company.sign_in(other, "other").one("location") == "/admin/"
    access = company.app.run(company.app.store.access())
    assert {name: admin.role.value for name, admin in access.admins.items()} == {"sara": "super", "sara.other": "normal"}
    for name, issuer in (("sara", "company"), ("sara.other", "other")):
        assert list(access.identities_of(name)) == [FederatedIdentity(company.origin(issuer), SUBJECT)]
    assert (visitor.get("/admin/admins").status, other.get("/admin/admins").status) == (200, 403)


def test_a_code_of_one_issuer_is_nothing_at_the_other(company: Company, visitor: PanelClient) -> None:
    """Neither as it came, nor put into a sign-in that was begun with the other."""
    query = authorized(company.begin(visitor, "company"), SUBJECT)
    stolen = dict(parse_qsl(query))["code"]
    answer = company.come_back(visitor, "other", query)
    assert (answer.status, "not begun in this browser" in text_of(answer)) == (401, True)
    state = dict(parse_qsl(company.begin(visitor, "other").partition("?")[2]))["state"]
    answer = company.come_back(visitor, "other", urlencode({"code": stolen, "state": state}))
    assert (answer.status, "did not accept the sign-in" in text_of(answer)) == (401, True)
    assert visitor.get("/admin/account").status == 303


def test_an_answer_signs_in_once(company: Company, visitor: PanelClient) -> None:
    """The second time it is refused, whether the browser still has its cookies or has those of before."""
    url = company.begin(visitor, "company")
    before, query = dict(visitor.cookies), authorized(url, SUBJECT)
    assert company.come_back(visitor, "company", query).status == 303
    assert company.come_back(PanelClient(company.app, visitor.cookies), "company", query).status == 401
    replayed = PanelClient(company.app, before)
    assert company.come_back(replayed, "company", query).status == 401
    assert replayed.get("/admin/account").status == 303


def test_a_disabled_admin_is_refused(company: Company, visitor: PanelClient) -> None:
    """At their own provider, until they are enabled again."""
    assert company.sign_in(visitor, "other").status == 303
    admins = company.app.container.admins()
    company.app.run(admins.set_active("sara.other", False))
    assert visitor.get("/admin/account").status == 303
    answer = company.sign_in(visitor, "other")
    assert (answer.status, "disabled" in text_of(answer)) == (401, True)
    assert visitor.get("/admin/account").status == 303
    company.app.run(admins.set_active("sara.other", True))
    assert company.sign_in(visitor, "other").one("location") == "/admin/"


def test_rotated_keys_are_read_again(company: Company, visitor: PanelClient) -> None:
    """After half a minute, though this provider gives its keys no ids. The people of the other provider go on signing in."""
    assert company.sign_in(visitor, "company").status == 303
    company.start("company")
    stranger = PanelClient(company.app)
    refused = company.sign_in(stranger, "company")
    assert (refused.status, "is not signed by the provider" in text_of(refused)) == (401, True)
    assert company.sign_in(PanelClient(company.app), "other").status == 303
    company.app.clock.forward(KEYS_ARE_READ_AGAIN)
    assert company.sign_in(stranger, "company").one("location") == "/admin/"
    assert visitor.get("/admin/account").status == 200, "the session from before goes on"
