"""Admins, their roles, and their sessions."""

import hashlib
import secrets
import unicodedata
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from modeldesk.domain.errors import AdminExists, AdminNotFound, RuleBroken, SignInRefused
from modeldesk.domain.texts import Line, line

if TYPE_CHECKING:  # the ports are drawn in terms of the values here
    from modeldesk.domain.ports import Clock, OpenUnitOfWork, PasswordHasher, Snapshots, UnitOfWork

SESSION_LIFETIME = timedelta(hours=12)
"""How long a session lives at most, whatever happens in it."""

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
LONGEST_ADMIN_NAME = 64

OPERATOR = "cli"
"""The name under which the command line acts; no admin may bear it."""


class Role(Enum):
    """`super` does everything; `normal` reads, browses, selects and deselects."""

    SUPER = "super"
    NORMAL = "normal"


@frozen
class Admin:
    """Somebody who may sign in."""

    name: Line
    role: Role
    password_hash: str
    is_active: bool
    created_at: datetime

    def __repr__(self) -> str:
        return f"Admin({self.name!r}, {self.role.value})"


@frozen
class Session:
    """A signed-in browser or program. Only the digest of its id is kept: whoever reads the database cannot use it."""

    digest: str
    admin: Line
    csrf_token: str
    created_at: datetime
    expires_at: datetime

    def __repr__(self) -> str:
        return f"Session(of {self.admin!r} until {self.expires_at})"


@frozen
class Identity:
    """Who asks: an admin, through one of their sessions."""

    admin: Admin
    session: Session


@frozen
class SignedIn:
    """What a sign-in gives: the session's id, told once and to nobody else, and the session."""

    session_id: str
    identity: Identity

    def __repr__(self) -> str:
        return f"SignedIn({self.identity.admin.name!r})"


def session_digest(session_id: str) -> str:
    """SHA-256 of a session id, in hex: what the database keeps. Takes whatever a caller sends for one."""
    return hashlib.sha256(session_id.encode("utf-8", "surrogatepass")).hexdigest()


def admin_name(text: str) -> Line:
    """A name to sign in with. Raises RuleBroken."""
    if text != text.strip():
        raise RuleBroken("a name must not begin or end with a blank")
    name = line(text)
    if len(name) > LONGEST_ADMIN_NAME:
        raise RuleBroken(f"a name has at most {LONGEST_ADMIN_NAME} characters, not {len(name)}")
    if name.casefold() == OPERATOR:
        raise RuleBroken(f"the name {OPERATOR!r} stands for the command line")
    return name


def password_rules(password: str) -> None:
    """12 to 128 characters, whatever they are, as long as they are characters. Raises RuleBroken."""
    if any("\ud800" <= character <= "\udfff" for character in password):
        raise RuleBroken("a password is text in UTF-8")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise RuleBroken(f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters, not {len(password)}")


class AdminAccounts:
    """Making and changing admins; signing in and out."""

    def __init__(self, unit_of_work: "OpenUnitOfWork", snapshots: "Snapshots", hasher: "PasswordHasher", clock: "Clock") -> None:
        self._unit_of_work = unit_of_work
        self._snapshots = snapshots
        self._hasher = hasher
        self._clock = clock

    async def create(self, name: str, password: str, role: Role) -> Admin:
        """A new admin. Raises RuleBroken, AdminExists."""
        checked = admin_name(name)
        password_rules(password)
        admin = Admin(checked, role, await self._hasher.hash(_composed(password)), is_active=True, created_at=self._clock())
        async with self._unit_of_work() as work:
            if await work.accounts.admin(checked) is not None:
                raise AdminExists(checked)
            await work.accounts.put(admin)
            await work.commit()
        return admin

    async def change_password(self, name: str, password: str) -> None:
        """A new password; every session of that admin ends. Raises RuleBroken, AdminNotFound."""
        password_rules(password)
        password_hash = await self._hasher.hash(_composed(password))
        async with self._unit_of_work() as work:
            admin = await _existing(work, name)
            await work.accounts.put(evolve(admin, password_hash=password_hash))
            await work.accounts.end_sessions(admin.name)
            await work.commit()

    async def set_active(self, name: str, is_active: bool) -> bool:
        """Lets an admin sign in again, or not and ends every session of theirs. True if that was a change. Raises AdminNotFound."""
        async with self._unit_of_work() as work:
            admin = await _existing(work, name)
            if admin.is_active == is_active:
                return False
            await work.accounts.put(evolve(admin, is_active=is_active))
            if not is_active:
                await work.accounts.end_sessions(admin.name)
            await work.commit()
        return True

    async def sign_in(self, name: str, password: str) -> SignedIn:
        """A new session with a new random id. Raises SignInRefused, the same for unknown, disabled and wrong.

        The password is checked before the unit of work opens, and the admin read again in it: a hash takes long, and nobody else
        should wait for it.
        """
        known = (await self._snapshots.access()).admins.get(_composed(name))
        # An unknown or disabled name costs one hash too, so that the time tells nothing.
        matches = await self._hasher.verify(known.password_hash if known and known.is_active else None, _composed(password))
        if known is None or not matches:
            raise SignInRefused
        session_id, now = secrets.token_urlsafe(32), self._clock()
        session = Session(session_digest(session_id), known.name, secrets.token_urlsafe(32), now, now + SESSION_LIFETIME)
        async with self._unit_of_work() as work:
            admin = await work.accounts.admin(known.name)
            if admin is None or not admin.is_active or admin.password_hash != known.password_hash:
                raise SignInRefused
            await work.accounts.forget_expired(now)
            await work.accounts.begin(session)
            await work.commit()
        return SignedIn(session_id, Identity(admin, session))

    async def sign_out(self, identity: Identity) -> None:
        """Ends this one session, for good and everywhere."""
        async with self._unit_of_work() as work:
            await work.accounts.end(identity.session.digest)
            await work.commit()

    async def identify(self, session_id: str) -> Identity | None:
        """Who holds this session, if it lives and its admin may still sign in."""
        access = await self._snapshots.access()
        session = access.sessions.get(session_digest(session_id))
        if session is None or session.expires_at <= self._clock():
            return None
        admin = access.admins.get(session.admin)
        return Identity(admin, session) if admin is not None and admin.is_active else None


def _composed(text: str) -> str:
    # Names are kept in NFC, and one keyboard sends é as one character, another as two: both mean the same name and the same password.
    return unicodedata.normalize("NFC", text)


async def _existing(work: "UnitOfWork", name: str) -> Admin:
    admin = await work.accounts.admin(_composed(name))
    if admin is None:
        raise AdminNotFound(name)
    return admin
