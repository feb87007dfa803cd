"""The generated pages, by name. Pure functions: the tests read what they return, without Sphinx."""

from collections.abc import Callable, Mapping

from reference import audit_events, command_line, error_codes, metrics, provider_classes, rest_api, settings

PAGES: Mapping[str, Callable[[], str]] = {
    "audit-events": audit_events.page,
    "commands": command_line.page,
    "error-codes": error_codes.page,
    "metrics": metrics.page,
    "provider-classes": provider_classes.page,
    "rest-api": rest_api.page,
    "settings": settings.page,
}
