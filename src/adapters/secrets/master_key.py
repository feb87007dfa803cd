"""The master key: 32 random bytes, from a setting, from a file that a setting names, or from a file of our own in the home folder.

Each of the three may hold a ring of several, the newest first: that one seals, the others open what was sealed before them.
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
from typing import ClassVar

from attrs import define

from modeldesk.domain.errors import Reason, Unavailable

LENGTH = 32
KEY_FILE = "master.key"
LONGEST_FILE = 4_096
MOST_KEYS = 16
"""In one ring: a rotation seals anew what was sealed under older ones."""
FEWEST_DIFFERENT = 16
"""Different bytes, and different steps from one byte to the next: 32 random ones have some thirty of each."""

FOR_OWNER_ALONE = stat.S_IRWXG | stat.S_IRWXO
NOT_FOR_OTHERS = stat.S_IWGRP | stat.S_IRWXO
"""A file that a setting names may be read by its group: that is how secrets are mounted for a program that is not root."""

CANNOT_BE_THERE = (errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG)
"""Whoever needs a home that cannot be is told when they make it."""

_HEX = re.compile("[0-9a-fA-F]{64}")


@define(eq=False)
class MasterKeyWrong(Unavailable):
    """The master key cannot be used; `reason` says where it was taken from, and never holds it."""

    code: ClassVar[str] = "master-key-wrong"
    reason: Reason


Ring = tuple[bytes, ...]
"""Master keys, the newest first; none where none was made yet."""


class MasterKey:
    """Where the master key is, with those before it. It cannot print itself, nor be pickled."""

    __slots__ = ("_known", "_make", "_read", "_renew")

    def __init__(self, read: Callable[[], Ring], make: Callable[[], Ring], renew: Callable[[], Ring] | None = None) -> None:
        """`make` makes the first one where `read` finds none; `renew` puts a new one before the newest, None where that is not for us to do."""
        self._read, self._make, self._renew = read, make, renew
        self._known: Ring = ()

    def ring(self) -> Ring:
        """As it is at this moment: another process may have changed it. Raises MasterKeyWrong."""
        self._known = self._read()
        return self._known

    def known(self) -> Ring:
        """As it was when it was last looked at. Raises MasterKeyWrong."""
        return self._known or self.ring()

    def existing(self) -> bytes | None:
        """The newest; None where none was made yet. Raises MasterKeyWrong."""
        return next(iter(self.ring()), None)

    def made(self) -> bytes:
        """The newest; makes one where there is none. Raises MasterKeyWrong."""
        if not self.ring():
            self._known = self._make()
        return self._known[0]

    def renew(self) -> bool:
        """Puts a new one before the newest, and keeps these two; False where the ring is a setting's. Raises MasterKeyWrong."""
        if self._renew is None:
            return False
        self._known = self._renew()
        return True

    def __repr__(self) -> str:
        return "MasterKey(****)"

    def __reduce__(self) -> str:
        raise TypeError("a master key is not pickled")


def master_key(text: str, file: Path | None, home: Path) -> MasterKey:
    """From a text, else from a file that was named, else from `master.key` in `home`, made when first needed.

    What is there already is looked at at once, so that a wrong one stops the start; nothing is made. Raises MasterKeyWrong.
    """
    if text and file:
        raise MasterKeyWrong(Reason("master-key-given-twice"))
    if text:
        given = _ring_from(text.split(","), Reason("master-key-text"))
        return MasterKey(lambda: given, lambda: given)
    if file:
        master = MasterKey(lambda: _ring_in_named(file), lambda: _ring_in_named(file))
    else:
        own = home / KEY_FILE
        master = MasterKey(lambda: _ring_in_own(own), lambda: _make_own(own), lambda: _renew_own(own))
    master.ring()
    return master


def _ring_from(entries: Sequence[str], place: Reason) -> Ring:
    """The keys of a ring; where there are several, what is wrong is said of the one that it is."""
    if len(entries) > MOST_KEYS:
        raise MasterKeyWrong(Reason("master-keys-too-many", place=place, count=len(entries), most=MOST_KEYS))
    count = len(entries)
    places = [place] if count == 1 else [Reason("master-key-entry", place=place, number=at + 1, count=count) for at in range(count)]
    ring = tuple(map(_key_from, entries, places))
    if len(set(ring)) < len(ring):
        raise MasterKeyWrong(Reason("master-key-repeated", place=place))
    return ring


def _key_from(text: str, place: Reason) -> bytes:
    key = _decoded(text.strip())
    if key is None:
        raise MasterKeyWrong(Reason("master-key-malformed", place=place, length=LENGTH))
    if _is_weak(key):
        raise MasterKeyWrong(Reason("master-key-weak", place=place))
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


def _ring_in_named(file: Path) -> Ring:
    place = Reason("master-key-file", file=str(file))
    try:
        ring = _ring_in(file, place, NOT_FOR_OTHERS)
    except OSError as error:
        raise MasterKeyWrong(Reason("master-key-unreadable", place=place, said=error.strerror)) from None
    if not ring:
        raise MasterKeyWrong(Reason("master-key-file-not-found", place=place, file=str(file)))
    return ring


def _ring_in_own(file: Path) -> Ring:
    place = _own(file)
    try:
        return _ring_in(file, place, FOR_OWNER_ALONE)
    except OSError as error:
        raise MasterKeyWrong(Reason("master-key-unreadable", place=place, said=error.strerror)) from None


def _own(file: Path) -> Reason:
    return Reason("master-key-home", file=str(file))


def _ring_in(file: Path, place: Reason, forbidden: int) -> Ring:
    """The keys in a file, one a line, that nobody may use but who should: its mode is that of the very file that is read. None without a file."""
    try:
        opened = file.open("rb")
    except OSError as error:
        if error.errno in CANNOT_BE_THERE:
            return ()
        raise
    with opened:
        mode = stat.S_IMODE(os.fstat(opened.fileno()).st_mode)
        if mode & forbidden:
            raise MasterKeyWrong(Reason("master-key-open-to-others", place=place, file=str(file), mode=f"{mode:04o}"))
        content = opened.read(LONGEST_FILE)
    try:
        text = content.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    return _ring_from(text.rstrip().split("\n"), place)


def _make_own(file: Path) -> Ring:
    """Makes the file, whole or not at all; where another process was quicker, its key is the one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(file, _written((os.urandom(LENGTH),)))
    except OSError as error:
        raise MasterKeyWrong(Reason("master-key-not-writable", place=_own(file), said=error.strerror)) from None
    made = _ring_in_own(file)
    if not made:
        raise MasterKeyWrong(Reason("master-key-lost", place=_own(file)))
    return made


def _renew_own(file: Path) -> Ring:
    """A new key before the newest; the older ones go. The file is the old one or the new one, whole, whenever this ends."""
    before = _ring_in_own(file) or _make_own(file)
    ring = (os.urandom(LENGTH), before[0])
    try:
        _write_over(file, _written(ring))
    except OSError as error:
        raise MasterKeyWrong(Reason("master-key-not-writable", place=_own(file), said=error.strerror)) from None
    return ring


def _written(ring: Ring) -> bytes:
    return b"".join(base64.b64encode(key) + b"\n" for key in ring)


def _write_once(file: Path, content: bytes) -> None:
    """Written aside, then linked: whoever sees the file sees all of it, and a second link to the same name fails."""
    aside = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        _write_synced(aside, content)
        with suppress(FileExistsError):
            os.link(aside, file)
    finally:
        aside.unlink(missing_ok=True)
    _settle(file.parent)


def _write_over(file: Path, content: bytes) -> None:
    """Written aside, then moved to the name. What a killed process left aside is written over by the next one, and was never used."""
    aside = file.with_name(f".{file.name}.new")
    aside.unlink(missing_ok=True)
    _write_synced(aside, content)
    aside.replace(file)
    _settle(file.parent)


def _write_synced(file: Path, content: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _settle(folder: Path) -> None:
    """The name is on the disk too: a key that a power cut takes away takes everything that was sealed under it."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
