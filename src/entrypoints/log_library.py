"""structlog, without the packages with which it prints tracebacks in colours where they are installed: our lines hold plain ones."""

from modeldesk.entrypoints.optional_packages import hidden

with hidden("rich", "better_exceptions"):
    import structlog
    from structlog.typing import EventDict, Processor, WrappedLogger

__all__ = ["EventDict", "Processor", "WrappedLogger", "structlog"]
