"""The identity providers of a file, ready to be asked."""

from collections.abc import Callable
from pathlib import Path

from modeldesk.adapters.identity_provider.issuers_file import provider_settings
from modeldesk.adapters.identity_provider.openid import ANSWERS_WITHIN, OpenIdProviders, OpenSession
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.ports.clock import Clock


def identity_providers(
    file: Path, open_session: OpenSession, clock: Clock, on_secret: Callable[[Secret], None], answers_within: float = ANSWERS_WITHIN
) -> OpenIdProviders:
    """Each client secret is passed to `on_secret`. Raises InvalidValue, FileRefused, OSError."""
    settings = provider_settings(file)
    for one in settings:
        if one.client_secret is not None:
            on_secret(one.client_secret)
    return OpenIdProviders(settings, open_session, clock, answers_within)
