"""dependency_injector, without the packages that it integrates where they are installed.

Those come with the tools of developers. They would cost each process a tenth of its start, and megabytes.
"""

from modeldesk.entrypoints.optional_packages import hidden

with hidden("fast_depends", "fastapi", "flask", "pydantic", "pydantic_settings", "starlette", "werkzeug", "yaml"):
    from dependency_injector import containers, providers

__all__ = ["containers", "providers"]
