"""Signing in, admins and API tokens. Their texts never show a password."""

from typing import ClassVar

from attrs import field

from modeldesk.domain.model.access.admin import Role
from modeldesk.domain.model.access.api_token import DEFAULT_DAYS
from modeldesk.domain.model.access.permissions import Scope
from modeldesk.domain.model.values.numbers import TokenDays
from modeldesk.domain.model.values.texts import MultilineText
from modeldesk.domain.records import frozen

FEW_MARKS = 2_000
"""Brackets, colons and commas in a body of names and passwords, which anybody may send; a password may consist of them."""


@frozen
class Credentials:
    MOST_MARKS: ClassVar[int] = FEW_MARKS
    username: MultilineText
    password: MultilineText = field(repr=False)


@frozen
class SetUpBody:
    MOST_MARKS: ClassVar[int] = FEW_MARKS
    token: MultilineText = field(repr=False)
    username: MultilineText
    password: MultilineText | None = field(default=None, repr=False)


@frozen
class PasswordBody:
    MOST_MARKS: ClassVar[int] = FEW_MARKS
    current: MultilineText = field(repr=False)
    new: MultilineText = field(repr=False)


@frozen
class NewAdminBody:
    username: MultilineText
    role: Role
    password: MultilineText | None = field(default=None, repr=False)


@frozen
class NewTokenBody:
    name: MultilineText
    scopes: tuple[Scope, ...]
    expires_in_days: TokenDays = DEFAULT_DAYS
