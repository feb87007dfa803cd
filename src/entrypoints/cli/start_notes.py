"""What the start of a server says about files: those that it obeys, those that others may open, and a master key that is missing."""

import stat
from pathlib import Path

from modeldesk.entrypoints.cli.wording import counted
from modeldesk.entrypoints.container import Container
from modeldesk.entrypoints.master_keys import missing_in
from modeldesk.entrypoints.settings import Settings

FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def dotenv_notes(settings: Settings) -> list[str]:
    """A line for a `.env` that was read."""
    return [f"Settings also from {settings.dotenv}"] if settings.dotenv else []


async def master_key_notes(container: Container) -> list[str]:
    """A warning for each master key that stored keys and webhook secrets need and that is not available. Raises MasterKeyWrong."""
    return [
        f"Warning: the master key {entry.id} is missing, and {counted(entry.count, 'stored secret')} cannot be decrypted."
        " No key can be set until it is back: docs/how-to/master-key.md"
        for entry in await missing_in(container)
    ]


def open_to_others(settings: Settings) -> list[str]:
    """A warning for the home where its mode is wider than 0700, and for the embedded database and the file of client secrets where it is wider than 0600."""
    places = [(settings.home, "700")]
    if settings.database_file is not None:
        places += [(settings.database_file.with_name(settings.database_file.name + end), "600") for end in ("", "-wal", "-shm")]
    if settings.oidc_file is not None:
        places.append((settings.oidc_file, "600"))
    return [
        f"Warning: others may open {path} (mode {mode:04o}); run: chmod {wanted} {path}"
        for path, wanted in places
        if (mode := _mode(path)) & FOR_OTHERS
    ]


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0  # what does not exist is open to nobody
