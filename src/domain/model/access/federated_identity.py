"""Admins who sign in by an identity provider: who they are there, and which role their groups give them here."""

from collections.abc import Collection

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.values.texts import HttpUrl, SingleLineText, Slug, http_url
from modeldesk.domain.records import frozen

LONGEST_SUBJECT = 255
"""OpenID Connect allows no longer one."""


@frozen
class FederatedIdentity:
    """A person at an issuer. Only both together name somebody: an issuer may give an e-mail address to another person, but never a subject."""

    issuer: str
    subject: str


def issuer_url(text: str) -> HttpUrl:
    """An issuer as it names itself. Raises InvalidValue if it is no absolute http(s) URL."""
    if not text:
        raise InvalidValue("url-not-http")
    return http_url(text)


@frozen
class GroupRoles:
    """The role that groups of an identity provider give. `super_groups` win where somebody is in groups of both kinds."""

    super_groups: frozenset[str]
    normal_groups: frozenset[str]

    def role_of(self, groups: Collection[str]) -> Role | None:
        """None where none of the groups may sign in."""
        if not self.super_groups.isdisjoint(groups):
            return Role.SUPER
        return None if self.normal_groups.isdisjoint(groups) else Role.NORMAL


@frozen
class IdentityProvider:
    """An identity provider that admins may sign in by. `id` stands in addresses, `name` on the sign-in page."""

    id: Slug
    name: SingleLineText
    issuer: str
    roles: GroupRoles


@frozen
class IdentityClaims:
    """What an identity provider says about somebody, verified. `name` is the proposal for the name of a new admin; it identifies nobody."""

    identity: FederatedIdentity
    name: str | None
    groups: frozenset[str]
