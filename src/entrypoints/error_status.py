"""The HTTP status of each family of errors: one table for the REST interface and the panel."""

from collections.abc import Mapping

from modeldesk.domain import errors
from modeldesk.domain.errors import ModeldeskError

STATUSES: Mapping[type[ModeldeskError], int] = {
    errors.Invalid: 422,
    errors.Malformed: 400,
    errors.DeclarationBroken: 400,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.VersionConflict: 412,
    errors.SignInRefused: 401,
    errors.TooManyAttempts: 429,
    errors.NotAllowed: 403,
    errors.SignedOut: 401,
    errors.TooSoon: 429,
    errors.VendorFailed: 502,
    errors.Unavailable: 503,
}
"""By the families of errors that are known; a member of a family has its family's status unless it stands here itself."""


def status_of(error: ModeldeskError) -> int:
    """The status of the nearest family that the table knows."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
