"""How a command that failed ends: error → lines on standard error, and an exit code."""

from collections.abc import Mapping

from modeldesk.domain import errors
from modeldesk.entrypoints.cli.output import OutputLost
from modeldesk.entrypoints.cli.remedies import CLI
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
    if isinstance(error, errors.DeclarationInvalid):
        return {
            "errors": [
                _problem_answer(problem.path, CLI.reason(problem.reason), problem.line, problem.column) for problem in error.problems
            ]
        }
    return {"errors": [_problem_answer("$", said_of(error), None, None)]}


def _problem_answer(path: str, message: str, line: int | None, column: int | None) -> dict[str, str | int | None]:
    return {"path": path, "message": message, "line": line, "column": column}


def said_of(error: Exception) -> str:
    """What was wrong and what to do, in one line; of errors that are none of the domain their own text."""
    if isinstance(error, errors.UnknownProviders) and not error.file:
        return CLI.refusal(errors.UnknownProviders(error.names, error.holds, "the declaration"))
    return CLI.refusal(error) if isinstance(error, errors.ModeldeskError) else str(error)


def refusal_lines(error: Exception) -> list[str]:
    """One line for each thing that is wrong; a problem inside a document begins with its place, and ends with the document's name."""
    if isinstance(error, errors.DeclarationInvalid):
        return [_problem_line(problem) for problem in error.problems]
    if is_expected(error):
        return [f"Error: {said_of(error)}"]
    said = " ".join(str(error).split())
    name = type(error).__name__
    return [f"Error: something unexpected happened: {f'{name}: {said}' if said else name}; run with --debug"]


def _problem_line(problem: errors.Problem) -> str:
    if problem.path != "$" or problem.line is not None:
        return CLI.problem(problem)
    return f"Error: {CLI.reason(problem.reason)}{f' (in {problem.file})' if problem.file else ''}"
