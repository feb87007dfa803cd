"""The master key: 32 random bytes from a setting, from a file that a setting names, or from our own file in the home folder.

Each source may have several keys, newest first. The newest encrypts; the others decrypt what they encrypted earlier.
"""

import base64
import binascii
import errno
import os
import re
import secrets
import stat
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from modeldesk.adapters.trusted_files import open_regular
from modeldesk.domain.errors import FileRefused, MasterKeyWrong, Reason

LENGTH = 32
KEY_FILE = "master.key"
LONGEST_FILE = 4_096
MOST_KEYS = 16
"""The maximum number of keys. A rotation re-encrypts with the newest, so older ones can be removed."""
FEWEST_DIFFERENT = 16
"""The minimum number of different bytes, and of different steps between bytes. 32 random bytes have about thirty of each."""

FOR_OWNER_ALONE = stat.S_IRWXG | stat.S_IRWXO
NOT_FOR_OTHERS = stat.S_IWGRP | stat.S_IRWXO
"""A file that a setting names may be readable by its group, because secrets are mounted that way for programs that are not root."""

MISSING = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
"""The errors for a file that does not exist. An impossible home folder is reported when it is created."""

_HEX = re.compile("[0-9a-fA-F]{64}")


MasterKeys = tuple[bytes, ...]
"""Master keys, newest first; empty if none exists yet."""


class MasterKey:
    """The source of the master keys. It cannot be printed or pickled."""

    __slots__ = ("_create", "_last_read", "_read", "_renew")

    def __init__(
        self, read: Callable[[], MasterKeys], create: Callable[[], MasterKeys], renew: Callable[[], MasterKeys] | None = None
    ) -> None:
        """`create` creates the first key. `renew` adds a new key before the newest; None if a setting holds the keys."""
        self._read, self._create, self._renew = read, create, renew
        self._last_read: MasterKeys = ()

    def read(self) -> MasterKeys:
        """The current keys; another process may have changed them. Raises MasterKeyWrong."""
        self._last_read = self._read()
        return self._last_read

    def last_read(self) -> MasterKeys:
        """The keys of the last read. Raises MasterKeyWrong."""
        return self._last_read or self.read()

    def newest(self) -> bytes | None:
        """The newest key, or None if none exists yet. Raises MasterKeyWrong."""
        return next(iter(self.read()), None)

    def newest_or_new(self) -> bytes:
        """The newest key. Creates one if none exists. Raises MasterKeyWrong."""
        if not self.read():
            self._last_read = self._create()
        return self._last_read[0]

    def renew(self) -> bool:
        """Adds a new key, and keeps only it and the previous one. False if a setting holds the keys. Raises MasterKeyWrong."""
        if self._renew is None:
            return False
        self._last_read = self._renew()
        return True

    def __repr__(self) -> str:
        return "MasterKey(****)"

    def __reduce__(self) -> str:
        raise TypeError("a master key is not pickled")


def master_key(text: str, file: Path | None, home: Path) -> MasterKey:
    """The master key from a text, else from the given file, else from `master.key` in `home`.

    Existing keys are read at once, so that an invalid one stops the start. The file in `home` is created when first needed. Raises MasterKeyWrong.
    """
    if text and file:
        raise MasterKeyWrong(Reason("master-key-given-twice"))
    if text:
        keys = _parse_keys(text.split(","), Reason("master-key-text"))
        return MasterKey(lambda: keys, lambda: keys)
    if file:
        master = MasterKey(lambda: _keys_in_setting_file(file), lambda: _keys_in_setting_file(file))
    else:
        own = home / KEY_FILE
        master = MasterKey(lambda: _keys_in_own_file(own), lambda: create_key_file(own), lambda: _renew_own_file(own))
    master.read()
    return master


def _parse_keys(entries: Sequence[str], place: Reason) -> MasterKeys:
    """The keys in a setting or file. An error names the position of the invalid one, if there are several."""
    if len(entries) > MOST_KEYS:
        raise MasterKeyWrong(Reason("master-keys-too-many", place=place, count=len(entries), most=MOST_KEYS))
    count = len(entries)
    places = [place] if count == 1 else [Reason("master-key-entry", place=place, number=at + 1, count=count) for at in range(count)]
    keys = tuple(map(_parse_key, entries, places))
    if len(set(keys)) < len(keys):
        raise MasterKeyWrong(Reason("master-key-repeated", place=place))
    return keys


def _parse_key(text: str, place: Reason) -> bytes:
    key = _decoded(text.strip())
    if key is None:
        raise MasterKeyWrong(Reason("master-key-malformed", place=place, length=LENGTH))
    if _is_weak(key):
        raise MasterKeyWrong(Reason("master-key-weak", place=place))
    return key


def _decoded(text: str) -> bytes | None:
    # Hex first, because 64 hex digits are also valid base64, of 48 bytes.
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    standard = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == LENGTH else None


def _is_weak(key: bytes) -> bool:
    """Whether the key looks typed, counted or repeated, as 32 random bytes never do."""
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    return len(set(key)) < FEWEST_DIFFERENT or len(steps) < FEWEST_DIFFERENT or all(32 <= byte < 127 for byte in key)


def _keys_in_setting_file(file: Path) -> MasterKeys:
    place = Reason("master-key-file", file=str(file))
    try:
        keys = _read_keys(file, place, NOT_FOR_OTHERS)
    except OSError as error:
        raise MasterKeyWrong(Reason("master-key-unreadable", place=place, said=error.strerror)) from None
    if not keys:
        raise MasterKeyWrong(Reason("master-key-file-not-found", place=place, file=str(file)))
    return keys


def _keys_in_own_file(file: Path) -> MasterKeys:
    place = _own(file)
    try:
        return _read_keys(file, place, FOR_OWNER_ALONE)
    except OSError as error:
        raise MasterKeyWrong(Reason("master-key-unreadable", place=place, said=error.strerror)) from None


def _own(file: Path) -> Reason:
    return Reason("master-key-home", file=str(file))


def _read_keys(file: Path, place: Reason, forbidden: int) -> MasterKeys:
    """The keys in a file, one per line; empty if there is no file. Refuses a file whose mode has any of the `forbidden` bits."""
    try:
        with open_regular(file) as (opened, found):
            mode = stat.S_IMODE(found.st_mode)
            if mode & forbidden:
                raise MasterKeyWrong(Reason("master-key-open-to-others", place=place, file=str(file), mode=f"{mode:04o}"))
            content = opened.read(LONGEST_FILE)
    except FileRefused:
        raise MasterKeyWrong(Reason("master-key-not-regular", place=place)) from None
    except OSError as error:
        if error.errno in MISSING:
            return ()
        raise
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    return _parse_keys(text.rstrip().split("\n"), place)


def create_key_file(file: Path) -> MasterKeys:
    """Creates the file atomically. If another process was faster, its key is used."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(file, _serialized((os.urandom(LENGTH),)))
    except OSError as error:
        raise MasterKeyWrong(Reason("master-key-not-writable", place=_own(file), said=error.strerror)) from None
    created = _keys_in_own_file(file)
    if not created:
        raise MasterKeyWrong(Reason("master-key-lost", place=_own(file)))
    return created


def _renew_own_file(file: Path) -> MasterKeys:
    """Adds a new key before the newest, and drops all older ones. The file is replaced atomically."""
    before = _keys_in_own_file(file) or create_key_file(file)
    keys = (os.urandom(LENGTH), before[0])
    try:
        _replace(file, _serialized(keys))
    except OSError as error:
        raise MasterKeyWrong(Reason("master-key-not-writable", place=_own(file), said=error.strerror)) from None
    return keys


def _serialized(keys: MasterKeys) -> bytes:
    return b"".join(base64.b64encode(key) + b"\n" for key in keys)


def _write_once(file: Path, content: bytes) -> None:
    """Writes a temporary file and links it: readers see the complete file, and a second link to the same name fails."""
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        _write_synced(temporary, content)
        with suppress(FileExistsError):
            os.link(temporary, file)
    finally:
        temporary.unlink(missing_ok=True)
    _sync_folder(file.parent)


def _replace(file: Path, content: bytes) -> None:
    """Writes a temporary file and renames it. A temporary file of a killed process was never used, and the next one overwrites it."""
    temporary = file.with_name(f".{file.name}.new")
    temporary.unlink(missing_ok=True)
    _write_synced(temporary, content)
    temporary.replace(file)
    _sync_folder(file.parent)


def _write_synced(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _sync_folder(folder: Path) -> None:
    """Syncs the file's name to disk. If a power cut lost the key, everything that it encrypted would be lost."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
