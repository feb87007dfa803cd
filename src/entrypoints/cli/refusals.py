"""Errors of commands: lines on standard error and exit codes."""

from collections.abc import Mapping

import click

from modeldesk.domain import errors
from modeldesk.entrypoints.cli.output import OutputLost
from modeldesk.entrypoints.cli.remedies import CLI
from modeldesk.entrypoints.words.english import PLAIN

EXIT_CODES: Mapping[type[Exception], int] = {
    errors.Invalid: 1,
    errors.NotFound: 1,
    errors.Conflict: 1,
    errors.Outdated: 1,
    errors.SignInRefused: 1,
    errors.FederatedSignInRefused: 1,
    errors.TooManyAttempts: 1,
    errors.NotAllowed: 1,
    errors.TooSoon: 1,
    errors.TooManyEvaluations: 1,
    errors.TooManyStreams: 1,
    errors.VendorFailed: 1,
    errors.Unavailable: 1,
    OutputLost: 1,
}
"""Exit codes by error class: 1 is refused or failed. click itself uses 2 for wrong usage."""

UNEXPECTED = 1

PLACES: Mapping[type[Exception], str] = {errors.UnknownProviders: "$.options.slug"}
"""The option that each of these errors refuses."""


def exit_code(error: Exception) -> int:
    """The exit code of the nearest error class in the table."""
    return next((EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES), UNEXPECTED)


def problems_answer(error: Exception) -> dict[str, list[dict[str, str | int | None]]]:
    """The problems of a command as JSON, in the form and the words of the REST API. The path `$` is the whole document, or what was asked for."""
    if isinstance(error, errors.DeclarationInvalid):
        return {"errors": [_entry(found.path, PLAIN.reason(found.reason), found.line, found.column) for found in error.problems]}
    if isinstance(error, errors.ModeldeskError):
        return {"errors": [_entry(PLACES.get(type(error), "$"), PLAIN.refusal(error))]}
    if isinstance(error, click.ClickException):
        return {"errors": [_entry("$", error.format_message())]}
    return {"errors": [_entry("$", line.removeprefix("Error: ")) for line in refusal_lines(error)]}


def _entry(path: str, message: str, line: int | None = None, column: int | None = None) -> dict[str, str | int | None]:
    return {"path": path, "message": message, "line": line, "column": column}


def refusal_lines(error: Exception) -> list[str]:
    """One line for each problem. A problem in a document starts with its location and ends with the document's name."""
    if isinstance(error, errors.DeclarationInvalid):
        return [_problem_line(problem) for problem in error.problems]
    if isinstance(error, errors.ModeldeskError):
        return [f"Error: {CLI.refusal(error)}"]
    if isinstance(error, OutputLost):
        return [f"Error: cannot write to standard output: {error.said}"]
    said = " ".join(str(error).split())
    name = type(error).__name__
    return [f"Error: unexpected {f'{name}: {said}' if said else name}; modeldesk --debug COMMAND shows where it was raised"]


def _problem_line(problem: errors.Problem) -> str:
    if problem.path != "$" or problem.line is not None:
        return CLI.problem(problem)
    return f"Error: {CLI.reason(problem.reason)}{f' (in {problem.file})' if problem.file else ''}"
