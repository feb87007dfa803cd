"""Reads a file of metadata that a person names."""

from pathlib import Path

from modeldesk.adapters.trusted_files import read_regular
from modeldesk.domain.errors import FileRefused, Reason

LARGEST = 32 * 1024 * 1024
"""In bytes. The whole catalogue of models.dev takes a tenth of it."""


def read_metadata_file(file: Path) -> bytes:
    """Its content. Raises FileRefused, also for a file that is too large or no regular one."""
    try:
        return read_regular(file, LARGEST)
    except FileNotFoundError:
        raise FileRefused(str(file), Reason("file-not-found")) from None
    except PermissionError:
        raise FileRefused(str(file), Reason("file-not-permitted")) from None
    except OSError as error:
        raise FileRefused(str(file), Reason("file-unreadable", said=error.strerror or str(error))) from None
