"""structlog, without packages that it uses where they are installed: those that print tracebacks in colours, since our lines hold plain ones, and greenlet,
since our tasks are asyncio's."""

from modeldesk.entrypoints.optional_packages import hidden

with hidden("rich", "better_exceptions", "greenlet"):
    import structlog
    from structlog.typing import EventDict, Processor, WrappedLogger

__all__ = ["EventDict", "Processor", "WrappedLogger", "structlog"]
