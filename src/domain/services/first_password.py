"""The password of a new admin: needed where passwords sign in, and refused where none does."""

from modeldesk.domain.errors import InvalidValue
from modeldesk.domain.model.access.password_policy import checked_password
from modeldesk.domain.model.values.texts import SingleLineText
from modeldesk.domain.ports.security import PasswordHasher


async def first_password_hash(hasher: PasswordHasher, password: str | None, name: SingleLineText, *, has_passwords: bool) -> str:
    """The hash for a new admin `name`; empty where passwords are disabled, since a password that signs nobody in would only mislead.

    Raises InvalidValue.
    """
    if not has_passwords:
        if password is not None:
            raise InvalidValue("password-unused")
        return ""
    if password is None:
        raise InvalidValue("password-missing")
    return await hasher.hash(checked_password(password, name))
