"""Signing in, admins and API tokens. Their texts never show a password."""

from attrs import field, frozen

from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.api_token import DEFAULT_DAYS
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.values.numbers import TokenDays
from modeldesk.domain.model.values.texts import MultilineText


@frozen
class Credentials:
    username: MultilineText
    password: MultilineText = field(repr=False)


@frozen
class SetUpBody:
    token: MultilineText = field(repr=False)
    username: MultilineText
    password: MultilineText = field(repr=False)


@frozen
class PasswordBody:
    current: MultilineText = field(repr=False)
    new: MultilineText = field(repr=False)


@frozen
class NewAdminBody:
    username: MultilineText
    password: MultilineText = field(repr=False)
    role: Role


@frozen
class NewTokenBody:
    name: MultilineText
    scopes: tuple[Scope, ...]
    expires_in_days: TokenDays = DEFAULT_DAYS
