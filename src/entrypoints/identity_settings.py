"""The settings of sign-in: identity providers, and whether passwords sign in. Each is checked at the start."""

from pathlib import Path

from modeldesk.domain.errors import FileRefused, InvalidValue, NotAllowed
from modeldesk.entrypoints.lazy import lazy


def oidc_file(text: str | None) -> Path | None:
    """The file of `OIDC_FILE`. Raises InvalidValue, whose text holds no secret."""
    if text is None:
        return None
    try:
        lazy("identity_provider.issuers_file:provider_settings")(Path(text))
    except FileRefused as error:
        raise InvalidValue("oidc-file-refused", file=text, reason=error.reason) from None
    except OSError as error:
        raise InvalidValue("oidc-file-unreadable", file=text, said=(error.strerror or "unknown").lower()) from None
    return Path(text)


def password_sign_in(given: bool | None, oidc: Path | None) -> bool:
    """Whether passwords sign in. Raises InvalidValue where nothing would."""
    if given is False and oidc is None:
        raise InvalidValue("nobody-could-sign-in", setting="MODELDESK_OIDC_FILE")
    return given is not False


def require_password_sign_in(has_passwords: bool) -> None:
    """Raises NotAllowed where only identity providers sign in."""
    if not has_passwords:
        raise NotAllowed("password-sign-in-off")
