"""Signing in by an identity provider: who becomes whom, with which role, and who does not come in."""

from datetime import timedelta

import pytest
from attrs import define, evolve, field

from modeldesk.domain.errors import FederatedSignInRefused, IdentityProviderNotFound, Reason, TooManyAttempts
from modeldesk.domain.model.access.admin import AdminChange, Role
from modeldesk.domain.model.access.federated_identity import FederatedIdentity, IdentityClaims
from modeldesk.domain.model.access.login_attempts import FREE_FAILURES
from modeldesk.domain.model.access.session import SignedIn
from modeldesk.domain.model.access.sign_in_flow import FLOW_LIFETIME, ProviderAnswer
from modeldesk.domain.model.audit import Action
from modeldesk.domain.services.federated_sign_in import FederatedSignIn
from modeldesk.domain.services.login_throttle import LoginThrottle
from tests.support.fixed_providers import ISSUER, ROLES, SARA, FixedProviders
from tests.support.samples import Desk

PASSWORD = "correct horse battery"
MOMENT = timedelta(microseconds=1)


@define
class Visitors:
    """A desk and its identity provider."""

    desk: Desk = field(factory=Desk)
    provider: FixedProviders = field(factory=FixedProviders)

    @property
    def service(self) -> FederatedSignIn:
        limits = LoginThrottle(self.desk.store.unit_of_work, self.desk.store, self.desk.clock)
        return FederatedSignIn(self.desk.store.unit_of_work, self.provider, limits, self.desk.clock)

    async def sign_in(self, says: IdentityClaims | Reason = SARA, address: str | None = None) -> SignedIn:
        self.provider.says = says
        flow, _ = await self.service.begin("company", "back")
        return await self.service.finish("company", flow, ProviderAnswer(flow.state, "code"), "back", address)

    async def refusal(self, says: IdentityClaims | Reason = SARA, address: str | None = None) -> Reason:
        with pytest.raises(FederatedSignInRefused) as refused:
            await self.sign_in(says, address)
        return refused.value.reason

    @property
    def trail(self) -> list[tuple[str, Action, str, object, object]]:
        return [(entry.by, entry.action, entry.subject, entry.before, entry.after) for entry in self.desk.store.contents.audit]


@pytest.fixture
def at() -> Visitors:
    return Visitors()


async def test_an_unknown_person_becomes_an_admin(at: Visitors) -> None:
    """With the role of their groups, and without a password; the audit log says by which provider."""
    signed_in = await at.sign_in(address="192.0.2.7")
    admin = signed_in.identity.admin
    assert (admin.name, admin.role, admin.password_hash, admin.is_active, admin.created_at) == (
        "sara",
        Role.SUPER,
        "",
        True,
        at.desk.clock(),
    )
    assert await at.desk.sessions.identify(signed_in.session_id) == signed_in.identity
    assert (await at.desk.store.access()).identities == {SARA.identity: "sara"}
    assert at.trail == [
        ("sara", Action.ADMIN_CREATED, "sara", None, {"role": "super", "is_active": True}),
        ("sara", Action.SIGNED_IN, "sara", None, {"identity_provider": "company"}),
    ]


async def test_the_setup_of_a_first_admin_ends_with_the_first_sign_in(at: Visitors) -> None:
    """Whoever has read the token in a log comes too late."""
    assert await at.desk.first_admin.new_token() is not None
    await at.sign_in()
    assert at.desk.store.contents.setup_token is None


async def test_no_password_opens_an_admin_without_one(at: Visitors) -> None:
    """Not the empty one either, at sign-in or where it is changed."""
    signed_in = await at.sign_in()
    for password in ("", PASSWORD):
        with pytest.raises(Exception, match="sign-in-refused"):
            await at.desk.sessions.sign_in("sara", password)
        with pytest.raises(Exception, match="sign-in-refused"):
            await at.desk.sessions.change_own_password(signed_in.identity, password, "another long password")


async def test_somebody_is_known_by_issuer_and_subject_alone(at: Visitors) -> None:
    """Another name is the same admin; the same name and another subject is another person, who takes over nobody."""
    await at.sign_in()
    again = await at.sign_in(evolve(SARA, name="sara.new"))
    assert again.identity.admin.name == "sara"
    other = evolve(SARA, identity=FederatedIdentity(ISSUER, "8"))
    assert await at.refusal(other) == Reason("federated-name-taken", name="sara")
    assert await at.refusal(evolve(other, name="SＡRA")) == Reason("federated-name-taken", name="SＡRA"), "names are compared folded"
    assert await at.refusal(evolve(other, identity=FederatedIdentity("https://other.example", "7"))) == Reason(
        "federated-name-taken", name="sara"
    )
    assert set((await at.desk.store.access()).admins) == {"sara"}


async def test_an_admin_with_a_password_is_not_taken_over(at: Visitors) -> None:
    """Whoever may give names at the provider would be anybody here."""
    await at.desk.accounts.create("sara", PASSWORD, Role.SUPER)
    assert (await at.refusal()).code == "federated-name-taken"
    assert (await at.desk.store.access()).identities == {}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (None, "federated-name-missing"),
        ("cli", "federated-name-unfit"),
        ("ѕara", "federated-name-unfit"),
        ("x" * 65, "federated-name-unfit"),
    ],
)
async def test_a_name_must_be_one_of_an_admin(at: Visitors, name: str | None, code: str) -> None:
    """By the rules for every admin."""
    assert (await at.refusal(evolve(SARA, name=name))).code == code
    assert (await at.desk.store.access()).admins == {}


@pytest.mark.parametrize(
    ("groups", "role"),
    [({"ai-users"}, Role.NORMAL), ({"ai-users", "ai-admins"}, Role.SUPER), (set(), None), ({"AI-ADMINS", "ai"}, None)],
)
def test_groups_give_a_role(groups: set[str], role: Role | None) -> None:
    """The higher one wins, and names are compared exactly."""
    assert ROLES.role_of(groups) is role


async def test_groups_change_the_role_at_the_next_sign_in(at: Visitors) -> None:
    """All earlier sessions end; the audit log has the change."""
    await at.desk.accounts.create("root", PASSWORD, Role.SUPER)
    first = await at.sign_in()
    second = await at.sign_in(evolve(SARA, groups=frozenset({"ai-users"})))
    assert second.identity.admin.role is Role.NORMAL
    assert await at.desk.sessions.identify(first.session_id) is None
    assert await at.desk.sessions.identify(second.session_id) == second.identity
    assert at.trail[-2] == (
        "sara",
        Action.ADMIN_CHANGED,
        "sara",
        {"role": "super", "is_active": True},
        {"role": "normal", "is_active": True},
    )
    third = await at.sign_in(evolve(SARA, groups=frozenset({"ai-users", "y"})))
    assert await at.desk.sessions.identify(second.session_id) == second.identity, "the same role ends nothing"
    assert third.identity.admin == second.identity.admin


async def test_whoever_is_in_no_group_any_more_is_out_at_once(at: Visitors) -> None:
    """Their sessions end too; a stranger of no group becomes nobody."""
    signed_in = await at.sign_in()
    assert await at.refusal(evolve(SARA, groups=frozenset())) == Reason("groups-not-admitted")
    assert await at.desk.sessions.identify(signed_in.session_id) is None
    assert at.trail[-1] == (
        "",
        Action.SIGN_IN_FAILED,
        "sara",
        None,
        {"is_active": True, "identity_provider": "company", "reason": "groups-not-admitted"},
    )
    stranger = IdentityClaims(FederatedIdentity(ISSUER, "9"), "nima", frozenset({"x"}))
    assert await at.refusal(stranger) == Reason("groups-not-admitted")
    assert set((await at.desk.store.access()).admins) == {"sara"}


async def test_the_last_super_admin_is_not_demoted(at: Visitors) -> None:
    """Nor do they come in with a role that their groups do not give. They keep the role, and so their sessions, too."""
    signed_in = await at.sign_in()
    assert await at.refusal(evolve(SARA, groups=frozenset({"ai-users"}))) == Reason("last-super-admin", name="sara")
    assert await at.desk.sessions.identify(signed_in.session_id) == signed_in.identity


async def test_a_disabled_admin_stays_disabled(at: Visitors) -> None:
    """Whatever the provider says."""
    await at.desk.accounts.create("root", PASSWORD, Role.SUPER)
    await at.sign_in()
    await at.desk.accounts.change("sara", AdminChange(is_active=False))
    assert await at.refusal() == Reason("admin-disabled", admin="sara")
    assert not (await at.desk.store.access()).admins["sara"].is_active


async def test_a_flow_belongs_to_one_browser_and_is_used_once(at: Visitors) -> None:
    """Without the browser's part, with another state, for another provider, too late, or again: the provider is not even asked, but for the last."""
    flow, _ = await at.service.begin("company", "back")
    good = ProviderAnswer(flow.state, "code")
    later = evolve(flow, expires_at=flow.expires_at + MOMENT)
    for held, provider, answer in (
        (None, "company", good),
        (flow, "company", ProviderAnswer("x", "code")),
        (flow, "other", good),
        (later, "company", good),
    ):
        with pytest.raises(FederatedSignInRefused, match="sign-in-not-begun-here"):
            await at.service.finish(provider, held, answer, "back")
    at.desk.clock.forward(FLOW_LIFETIME)
    with pytest.raises(FederatedSignInRefused, match="sign-in-not-begun-here"):
        await at.service.finish("company", flow, good, "back")
    at.desk.clock.forward(-MOMENT)
    assert at.provider.asked == []
    await at.service.finish("company", flow, good, "back")
    with pytest.raises(FederatedSignInRefused, match="sign-in-not-begun-here"):
        await at.service.finish("company", flow, good, "back")
    with pytest.raises(IdentityProviderNotFound):
        await at.service.begin("nobody", "back")


async def test_guesses_are_throttled_by_address(at: Visitors) -> None:
    """Invented codes ask the provider a few times, and then wait; a person from elsewhere does not."""
    for _ in range(FREE_FAILURES):
        assert (await at.refusal(Reason("code-refused", error="x"), "192.0.2.7")).code == "code-refused"
    with pytest.raises(TooManyAttempts):
        await at.sign_in(SARA, "192.0.2.7")
    assert (await at.sign_in(SARA, "192.0.2.8")).identity.admin.name == "sara"
    failed = [entry for entry in at.trail if entry[1] is Action.SIGN_IN_FAILED]
    assert failed[0] == ("", Action.SIGN_IN_FAILED, "", None, {"identity_provider": "company", "reason": "code-refused"})


async def test_the_secret_of_a_flow_is_shown_nowhere(at: Visitors) -> None:
    """Nor the code."""
    flow, url = await at.service.begin("company", "back")
    assert flow.secret not in repr(flow) + url
    assert "s3cret" not in repr(ProviderAnswer("state", "s3cret"))
