"""Signing in by an identity provider: it says who somebody is and which groups they are in, and Modeldesk decides what that means here."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from modeldesk.domain.errors import FederatedSignInRefused, IdentityProviderNotFound, InvalidValue, LastSuperAdmin, Reason
from modeldesk.domain.model.access.admin import (
    Admin,
    AdminChange,
    Role,
    admin_named_alike,
    audit_details,
    require_remaining_super_admin,
)
from modeldesk.domain.model.access.admin_names import admin_name
from modeldesk.domain.model.access.federated_identity import IdentityClaims, IdentityProvider
from modeldesk.domain.model.access.session import Session, SignedIn
from modeldesk.domain.model.access.sign_in_flow import ProviderAnswer, SignInFlow, new_flow
from modeldesk.domain.model.audit import Action, own_entry
from modeldesk.domain.ports.clock import Clock
from modeldesk.domain.ports.federation import IdentityProviders
from modeldesk.domain.ports.unit_of_work import OpenUnitOfWork, UnitOfWork
from modeldesk.domain.services.failed_sign_ins import audit_failure
from modeldesk.domain.services.login_throttle import LoginThrottle
from modeldesk.domain.services.sign_in import start_session


class FederatedSignIn:
    """Sign-in by identity providers. An unknown identity becomes a new admin; a known one gets the role of its groups at each sign-in."""

    def __init__(self, unit_of_work: OpenUnitOfWork, providers: IdentityProviders, limits: LoginThrottle, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._providers = providers
        self._limits = limits
        self._clock = clock

    def providers(self) -> Sequence[IdentityProvider]:
        """Those that admins may sign in by."""
        return self._providers.all()

    async def begin(self, provider_id: str, redirect_uri: str) -> tuple[SignInFlow, str]:
        """A new flow, and where the browser goes. Raises IdentityProviderNotFound, IdentityProviderUnavailable."""
        provider = self._provider(provider_id)
        flow = new_flow(provider.id, self._clock())
        return flow, await self._providers.sign_in_url(provider, flow, redirect_uri)

    async def finish(
        self,
        provider_id: str,
        flow: SignInFlow | None,
        answer: ProviderAnswer,
        redirect_uri: str,
        address: str | None = None,
        *,
        device: str = "",
        previous: Session | None = None,
    ) -> SignedIn:
        """Starts a session for the admin whom the provider identifies, and ends the `previous` one of this browser.

        `flow` is the one in the browser's cookie, None without a cookie.

        Raises FederatedSignInRefused, IdentityProviderNotFound, IdentityProviderUnavailable, TooManyAttempts.
        """
        provider = self._provider(provider_id)
        if flow is None or not flow.accepts(provider.id, answer.state, self._clock()):
            raise FederatedSignInRefused(Reason("sign-in-not-begun-here"))
        try:
            async with self._limits.throttled(None, address):
                claims = await self._providers.claims(provider, flow, answer, redirect_uri)
        except FederatedSignInRefused as refused:
            async with self._unit_of_work() as work:
                await audit_failure(work, None, address, self._clock(), _failure(provider, refused.reason))
                await work.commit()
            raise
        return await self._admitted(provider, flow, claims, address, device=device, previous=previous)

    async def sign_out_url(self, provider_id: str, back_to: str) -> str | None:
        """Where the browser signs out at the provider too; None where the provider has no such page.

        Raises IdentityProviderNotFound, IdentityProviderUnavailable.
        """
        return await self._providers.sign_out_url(self._provider(provider_id), back_to)

    def _provider(self, provider_id: str) -> IdentityProvider:
        for provider in self._providers.all():
            if provider.id == provider_id:
                return provider
        raise IdentityProviderNotFound(provider_id)

    async def _admitted(
        self,
        provider: IdentityProvider,
        flow: SignInFlow,
        claims: IdentityClaims,
        address: str | None,
        *,
        device: str,
        previous: Session | None,
    ) -> SignedIn:
        async with self._unit_of_work() as work:
            now = self._clock()
            digest = hashlib.sha256(flow.state.encode()).hexdigest()
            if not await work.one_time.use_state(digest, flow.expires_at, now):
                raise FederatedSignInRefused(Reason("sign-in-not-begun-here"))
            name = await work.identities.admin_of(claims.identity)
            known = await work.accounts.admin(name) if name is not None else None
            role = provider.roles.role_of(claims.groups)
            decided = await _decided(work, role, known, claims, now)
            if isinstance(decided, Reason):
                if known is not None and role is None:  # what the provider takes away ends at once, not when the session does
                    await work.sessions.end_all(known.name)
                await audit_failure(work, known, address, now, _failure(provider, decided))
                await work.commit()
                raise FederatedSignInRefused(decided)
            await _store(work, known, decided, now, address)
            if known is None:
                await work.identities.link(claims.identity, decided.name)
            means = {"identity_provider": provider.id}
            signed_in = await start_session(work, decided, now, address, device=device, previous=previous, means=means)
            await work.commit()
        return signed_in


async def _decided(work: UnitOfWork, role: Role | None, known: Admin | None, claims: IdentityClaims, now: datetime) -> Admin | Reason:
    """The admin who signs in, with the role of their groups; or the reason for a refusal."""
    if known is not None and not known.is_active:
        return Reason("admin-disabled", admin=known.name)
    if role is None:
        return Reason("groups-not-admitted")
    admins = await work.accounts.all()
    if known is None:
        return _new_admin(claims, role, admins, now)
    admin = AdminChange(role=role).applied(known, None)
    try:
        require_remaining_super_admin(admins, admin)
    except LastSuperAdmin:
        return Reason("last-super-admin", name=known.name)
    return admin


def _new_admin(claims: IdentityClaims, role: Role, admins: Sequence[Admin], now: datetime) -> Admin | Reason:
    """An admin without a password. An existing name is never taken over: a person who chooses names at the provider could become any admin."""
    if claims.name is None:
        return Reason("federated-name-missing")
    try:
        name = admin_name(claims.name)
    except InvalidValue as error:
        return Reason("federated-name-unfit", reason=error.reason)
    if admin_named_alike(name, admins) is not None:
        return Reason("federated-name-taken", name=name)
    return Admin(name, role, "", is_active=True, created_at=now)


async def _store(work: UnitOfWork, known: Admin | None, admin: Admin, now: datetime, address: str | None) -> None:
    """Writes what the sign-in changed of the admin. A new role ends their sessions."""
    if known == admin:
        return
    if known is None:
        await work.setup.put(None)  # an unused set-up token would stay valid
    else:
        await work.sessions.end_all(admin.name)
    await work.accounts.put(admin)
    action = Action.ADMIN_CREATED if known is None else Action.ADMIN_CHANGED
    before = None if known is None else audit_details(known)
    await work.audit.add([own_entry(admin.name, address, now, action, before=before, after=audit_details(admin))])


def _failure(provider: IdentityProvider, reason: Reason) -> dict[str, object]:
    return {"identity_provider": provider.id, "reason": reason.code}
