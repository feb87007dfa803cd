"""How a command that failed ends: error → lines on standard error, and an exit code."""

from collections.abc import Mapping

from attrs import asdict, fields, filters

from modeldesk.domain import errors
from modeldesk.entrypoints.cli.output import OutputLost
from modeldesk.entrypoints.settings import SettingWrong

EXIT_CODES: Mapping[type[Exception], int] = {
    errors.Invalid: 1,
    errors.NotFound: 1,
    errors.Conflict: 1,
    errors.VersionConflict: 1,
    errors.SignInRefused: 1,
    errors.TooManyAttempts: 1,
    errors.NotAllowed: 1,
    errors.TooSoon: 1,
    errors.VendorFailed: 1,
    errors.Unavailable: 1,
    SettingWrong: 1,
    OutputLost: 1,
}
"""By the families of errors that are known: 1 is refused or failed. 2, wrong usage, is click's own."""

UNEXPECTED = 1


def exit_code(error: Exception) -> int:
    """The code of the nearest family that the table knows."""
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), UNEXPECTED)


def is_expected(error: Exception) -> bool:
    """Whether the error says by itself what was wrong."""
    return isinstance(error, tuple(EXIT_CODES))


def problems_answer(error: Exception) -> dict[str, list[dict[str, str | int | None]]]:
    """What was wrong with an import, one by one, as REST answers it; `$` is the document as a whole."""
    found = error.problems if isinstance(error, errors.DeclarationInvalid) else [errors.Problem("$", str(error))]
    return {"errors": [asdict(problem, filter=filters.exclude(fields(errors.Problem).file)) for problem in found]}


def refusal_lines(error: Exception) -> list[str]:
    """One line for each thing that is wrong; a problem inside a document begins with its place, and ends with the document's name."""
    if isinstance(error, errors.DeclarationInvalid):
        return [_problem_line(problem) for problem in error.problems]
    if isinstance(error, errors.UnknownProviders) and error.file:
        return [f"Error: {error.said_of(error.file)}"]
    if is_expected(error):
        return [f"Error: {error}"]
    said = " ".join(str(error).split())
    name = type(error).__name__
    return [f"Error: something unexpected happened: {f'{name}: {said}' if said else name}; run with --debug"]


def _problem_line(problem: errors.Problem) -> str:
    if problem.path != "$" or problem.line is not None:
        return str(problem)
    return f"Error: {problem.message}{f' (in {problem.file})' if problem.file else ''}"
