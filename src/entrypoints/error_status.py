"""The HTTP status of each error class, for the REST API and the panel."""

from collections.abc import Mapping

from modeldesk.domain import errors
from modeldesk.domain.errors import ModeldeskError

STATUSES: Mapping[type[ModeldeskError], int] = {
    errors.Invalid: 422,
    errors.Malformed: 400,
    errors.DeclarationBroken: 400,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.Outdated: 412,
    errors.SignInRefused: 401,
    errors.FederatedSignInRefused: 401,
    errors.TooManyAttempts: 429,
    errors.NotAllowed: 403,
    errors.SignedOut: 401,
    errors.TooSoon: 429,
    errors.TooManyEvaluations: 429,
    errors.TooManyStreams: 429,
    errors.VendorFailed: 502,
    errors.Unavailable: 503,
}
"""Statuses by error class. A subclass has the status of its nearest ancestor in the table."""


def status_of(error: ModeldeskError) -> int:
    """The status of the error's nearest ancestor in the table."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
