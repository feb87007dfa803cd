"""The master key: 32 random bytes, from a setting, from a file that a setting names, or from a file of our own in the home folder."""

import base64
import binascii
import os
import re
import secrets
import stat
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from attrs import define

from modeldesk.domain.errors import Unavailable

LENGTH = 32
KEY_FILE = "master.key"
LONGEST_FILE = 4_096
FEWEST_DIFFERENT = 16
"""Different bytes, and different steps from one byte to the next: 32 random ones have some thirty of each."""
HOW_TO_MAKE = "make one with: openssl rand -base64 32"

FOR_OWNER_ALONE = stat.S_IRWXG | stat.S_IRWXO
NOT_FOR_OTHERS = stat.S_IWGRP | stat.S_IRWXO
"""A file that a setting names may be read by its group: that is how secrets are mounted for a program that is not root."""

_HEX = re.compile("[0-9a-fA-F]{64}")


@define(eq=False)
class MasterKeyWrong(Unavailable):
    """The master key cannot be used; one line that names the setting and never shows the value."""

    code: ClassVar[str] = "master-key-wrong"
    setting: str
    reason: str

    def __str__(self) -> str:
        return f"{self.setting} {self.reason}"


class MasterKey:
    """Where the master key is. It cannot print itself, nor be pickled."""

    __slots__ = ("_key", "_make", "_read")

    def __init__(self, read: Callable[[], bytes | None], make: Callable[[], bytes]) -> None:
        """`read` answers None where there is none yet; `make` then makes one."""
        self._read, self._make = read, make
        self._key: bytes | None = None

    def existing(self) -> bytes | None:
        """None where none was made yet. Raises MasterKeyWrong."""
        if self._key is None:
            self._key = self._read()
        return self._key

    def made(self) -> bytes:
        """Makes one where there is none. Raises MasterKeyWrong."""
        key = self.existing() or self._make()
        self._key = key
        return key

    def __repr__(self) -> str:
        return "MasterKey(****)"

    def __reduce__(self) -> str:
        raise TypeError("a master key is not pickled")


def master_key(text: str, file: Path | None, home: Path) -> MasterKey:
    """From the text of MODELDESK_MASTER_KEY, else the file of MODELDESK_MASTER_KEY_FILE, else `master.key` in `home`, made when first needed.

    What is there already is looked at at once, so that a wrong one stops the start; nothing is made. Raises MasterKeyWrong.
    """
    if text and file:
        raise MasterKeyWrong("MODELDESK_MASTER_KEY", "and MODELDESK_MASTER_KEY_FILE are both set; keep one")
    if text:
        given = _key_from(text, "MODELDESK_MASTER_KEY")
        return MasterKey(lambda: given, lambda: given)
    if file:
        named = _key_in_named(file)
        return MasterKey(lambda: named, lambda: named)
    own = home / KEY_FILE
    master = MasterKey(lambda: _key_in_own(own), lambda: _make_own(own))
    master.existing()
    return master


def _key_from(text: str, setting: str) -> bytes:
    key = _decoded(text.strip())
    if key is None:
        raise MasterKeyWrong(setting, f"must be {LENGTH} random bytes in base64 or hex; {HOW_TO_MAKE}")
    if _is_weak(key):
        raise MasterKeyWrong(setting, f"is not random: it can be guessed; {HOW_TO_MAKE}")
    return key


def _decoded(text: str) -> bytes | None:
    # 64 hex digits would also be base64, of 48 bytes.
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    standard = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        key = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) == LENGTH else None


def _is_weak(key: bytes) -> bool:
    """What people type, count up or repeat, which 32 random bytes never are."""
    steps = {(after - before) % 256 for before, after in pairwise(key)}
    return len(set(key)) < FEWEST_DIFFERENT or len(steps) < FEWEST_DIFFERENT or all(32 <= byte < 127 for byte in key)


def _key_in_named(file: Path) -> bytes:
    setting = "MODELDESK_MASTER_KEY_FILE"
    try:
        key = _key_in(file, setting, NOT_FOR_OTHERS)
    except OSError as error:
        raise MasterKeyWrong(setting, f"names {file}, which cannot be read: {error.strerror}") from None
    if key is None:
        raise MasterKeyWrong(setting, f"names {file}, which does not exist; {HOW_TO_MAKE} > {file}")
    return key


def _key_in_own(file: Path) -> bytes | None:
    try:
        return _key_in(file, "MODELDESK_HOME", FOR_OWNER_ALONE)
    except OSError as error:
        raise MasterKeyWrong("MODELDESK_HOME", f"holds {file}, which cannot be read: {error.strerror}") from None


def _key_in(file: Path, setting: str, forbidden: int) -> bytes | None:
    """The key in a file that nobody may use but who should: its mode is that of the very file that is read. None where there is no file."""
    try:
        opened = file.open("rb")
    except FileNotFoundError:
        return None
    with opened:
        mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        if mode & forbidden:
            raise MasterKeyWrong(setting, f"has its key in {file}, which others may use (mode {mode:04o}); run: chmod 600 {file}")
        content = opened.read(LONGEST_FILE)
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    return _key_from(text, f"{setting} ({file})")


def _make_own(file: Path) -> bytes:
    """Makes the file, whole or not at all; where another process was quicker, its key is the one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(file, base64.b64encode(os.urandom(LENGTH)) + b"\n")
    except OSError as error:
        raise MasterKeyWrong("MODELDESK_HOME", f"cannot hold {file}: {error.strerror}; MODELDESK_MASTER_KEY can be set instead") from None
    made = _key_in_own(file)
    if made is None:
        raise MasterKeyWrong("MODELDESK_HOME", f"lost {file} while it was made; try again")
    return made


def _write_once(file: Path, content: bytes) -> None:
    """Written aside, then linked: whoever sees the file sees all of it, and a second link to the same name fails."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink()
    _settle(file.parent)


def _settle(folder: Path) -> None:
    """The name is on the disk too: a key that a power cut takes away takes everything that was sealed under it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
