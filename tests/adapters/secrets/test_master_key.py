"""Where the master key comes from, what is refused, and that it is made once."""

import base64
import os
import random
from pathlib import Path
from typing import Any

import pytest

from modeldesk.adapters.secrets import master_key as module
from modeldesk.adapters.secrets.master_key import KEY_FILE, master_key
from modeldesk.adapters.secrets.vault import KeyVault
from modeldesk.domain.errors import KeyUnreadable, MasterKeyWrong, Reason
from modeldesk.domain.model.keys.provider_key import KeyBinding, api_key
from modeldesk.domain.model.values.texts import Slug
from tests.support.forked import forked

RANDOM = random.Random(11).randbytes(32)
KEY = api_key("sk-canary-0123456789")
ACME = KeyBinding(Slug("acme"), None, "https://api.acme.example")


@pytest.mark.parametrize(
    "text",
    [
        RANDOM.hex(),
        RANDOM.hex().upper(),
        base64.b64encode(RANDOM).decode(),
        base64.b64encode(RANDOM).decode().rstrip("="),
        base64.urlsafe_b64encode(RANDOM).decode(),
        f"  {base64.b64encode(RANDOM).decode()}\n",
    ],
)
def test_a_key_is_given_in_hex_or_base64(text: str, tmp_path: Path) -> None:
    """In either alphabet, with or without its padding; and nothing is written anywhere."""
    assert master_key(text, None, tmp_path / "home").newest_or_new() == RANDOM
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "changeme",
        RANDOM.hex()[:-2],
        RANDOM.hex() + "00",
        base64.b64encode(RANDOM[:31]).decode(),
        base64.b64encode(RANDOM * 2).decode(),
        base64.b64encode(RANDOM).decode()[:-8] + "!" * 8,
        "کلید",
        "-" * 43 + "é",
    ],
)
def test_a_key_that_is_not_32_bytes_is_refused(text: str, tmp_path: Path) -> None:
    """The facts say where it was given, and do not repeat it."""
    with pytest.raises(MasterKeyWrong) as caught:
        master_key(text, None, tmp_path)
    assert caught.value.reason == Reason("master-key-malformed", place=Reason("master-key-text"), length=32)


@pytest.mark.parametrize(
    "weak",
    [
        bytes(32),
        b"\xff" * 32,
        bytes(range(32)),
        bytes(range(255, 223, -1)),
        bytes(range(0, 224, 7)),
        b"\x01\x02" * 16,
        RANDOM[:8] * 4,
        b"changeme" * 4,
        b"a-pass-phrase-of-32-characters!!",
        b"Xk9#mQ2$vL7!pR4&zW8*tY1@nB5^hC3%",
        RANDOM.hex()[:32].encode(),
    ],
    ids=lambda weak: weak.hex()[:12],
)
def test_a_key_that_can_be_guessed_is_refused(weak: bytes, tmp_path: Path) -> None:
    """Zeros, repetitions, counting, and whatever a person can type."""
    with pytest.raises(MasterKeyWrong, match=r"master-key-weak: place=\(master-key-text\)"):
        master_key(base64.b64encode(weak).decode(), None, tmp_path)


def test_a_key_given_twice_is_refused(tmp_path: Path) -> None:
    """In whatever form: who means to rotate would believe that there is a new one."""
    both = f"{RANDOM.hex()},{base64.b64encode(RANDOM).decode()}"
    file = tmp_path / "key"
    file.write_text(both.replace(",", "\n"))
    file.chmod(0o600)
    for text, named in ((both, None), ("", file)):
        with pytest.raises(MasterKeyWrong, match="master-key-repeated"):
            master_key(text, named, tmp_path)


def test_random_keys_are_not_taken_for_weak_ones(tmp_path: Path) -> None:
    """Two thousand of them."""
    draw = random.Random(5)
    for _ in range(2_000):
        assert master_key(draw.randbytes(32).hex(), None, tmp_path).newest() is not None


def test_both_settings_at_once_are_refused(tmp_path: Path) -> None:
    """Which of them counts would be a guess."""
    with pytest.raises(MasterKeyWrong, match="master-key-given-twice"):
        master_key(RANDOM.hex(), tmp_path / "file", tmp_path)


def test_a_named_file_holds_the_key(tmp_path: Path) -> None:
    """Its group may read it, as secrets are mounted; nobody else."""
    file = tmp_path / "key"
    file.write_text(RANDOM.hex() + "\n")
    for mode in (0o600, 0o400, 0o640, 0o440):
        file.chmod(mode)
        assert master_key("", file, tmp_path / "home").newest_or_new() == RANDOM
    for mode in (0o644, 0o604, 0o660, 0o602, 0o601):
        file.chmod(mode)
        with pytest.raises(MasterKeyWrong, match=rf"master-key-open-to-others: place=\(master-key-file: .*mode='{mode:04o}'"):
            master_key("", file, tmp_path / "home")
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("content", [b"", b"nothing of the kind\n", b"\xff" * 32, RANDOM, bytes(32).hex().encode()])
def test_a_named_file_without_a_key_in_it_is_refused(content: bytes, tmp_path: Path) -> None:
    """With the file as a fact, and nothing of what stands in it."""
    file = tmp_path / "key"
    file.write_bytes(content)
    file.chmod(0o600)
    with pytest.raises(MasterKeyWrong) as caught:
        master_key("", file, tmp_path)
    assert caught.value.reason.facts["place"] == Reason("master-key-file", file=str(file))
    assert "\n" not in str(caught.value)
    assert "nothing" not in str(caught.value)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    """It is never made: a wrong path would make a second key in silence. A folder is no file."""
    with pytest.raises(MasterKeyWrong, match="master-key-file-not-found"):
        master_key("", tmp_path / "key", tmp_path)
    with pytest.raises(MasterKeyWrong, match="master-key-not-regular"):
        master_key("", tmp_path, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_reading_makes_nothing(tmp_path: Path) -> None:
    """Looking for the key, and opening what was sealed elsewhere, leave no file and no folder."""
    home = tmp_path / "home"
    vault = KeyVault(master_key("", None, home))
    with pytest.raises(KeyUnreadable):
        vault.open(b"\x01" + bytes(60), ACME)
    assert not home.exists()


def test_the_first_seal_makes_the_file(tmp_path: Path) -> None:
    """For its owner alone, nothing else beside it; every later start reads it."""
    home = tmp_path / "deep" / "home"
    vault = KeyVault(master_key("", None, home))
    sealed = vault.seal(KEY, ACME)
    assert [entry.name for entry in home.iterdir()] == [KEY_FILE]
    assert (home / KEY_FILE).stat().st_mode & 0o7777 == 0o600
    assert KeyVault(master_key("", None, home)).open(sealed, ACME) == KEY
    assert vault.open(sealed, ACME) == KEY


def test_a_vault_that_began_before_the_file_was_made_opens_too(tmp_path: Path) -> None:
    """A server runs, and `keys set` in another process is the first to seal."""
    server = KeyVault(master_key("", None, tmp_path))
    sealed = KeyVault(master_key("", None, tmp_path)).seal(KEY, ACME)
    assert server.open(sealed, ACME) == KEY


def test_a_key_file_of_our_own_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Whoever else may read it, it stops the start; the mode is not mended in silence, for it may have been read."""
    KeyVault(master_key("", None, tmp_path)).seal(KEY, ACME)
    file = tmp_path / KEY_FILE
    for mode in (0o640, 0o604, 0o620, 0o644):
        file.chmod(mode)
        with pytest.raises(MasterKeyWrong, match=rf"master-key-open-to-others: place=\(master-key-home: .*mode='{mode:04o}'"):
            master_key("", None, tmp_path)
    file.chmod(0o600)
    file.write_text("nothing of the kind")
    with pytest.raises(MasterKeyWrong, match=r"master-key-malformed: place=\(master-key-home: file='.*master.key'\), length=32"):
        master_key("", None, tmp_path)


def test_a_home_that_cannot_hold_the_file_is_told(tmp_path: Path) -> None:
    """With the place."""
    (tmp_path / "home").write_text("a file")
    with pytest.raises(MasterKeyWrong, match=r"place=\(master-key-home: file='.*home/master.key'\)"):
        KeyVault(master_key("", None, tmp_path / "home")).seal(KEY, ACME)


def test_a_key_that_another_made_meanwhile_is_taken(tmp_path: Path) -> None:
    """Both looked, neither found one: the second to make it ends with the first one's."""
    first, second = master_key("", None, tmp_path), master_key("", None, tmp_path)
    assert (first.newest(), second.newest()) == (None, None)
    assert (
        module.create_key_file(tmp_path / KEY_FILE)
        == module.create_key_file(tmp_path / KEY_FILE)
        == (first.newest_or_new(),)
        == (second.newest_or_new(),)
    )
    assert [entry.name for entry in tmp_path.iterdir()] == [KEY_FILE]


def _make(home: Path, go: object, made: object) -> None:
    go.wait()  # type: ignore[attr-defined] # what multiprocessing hands over has no name of its own
    made.put(master_key("", None, home).newest_or_new())  # type: ignore[attr-defined]


def test_processes_at_once_end_with_one_key(tmp_path: Path) -> None:
    """Four processes that start together: one file, one key, nothing left beside it."""
    context = forked()
    go, made = context.Event(), context.Queue()
    workers = [context.Process(target=_make, args=(tmp_path, go, made)) for _ in range(4)]
    for worker in workers:
        worker.start()
    go.set()
    keys = {made.get(timeout=60) for _ in workers}
    for worker in workers:
        worker.join()
    assert len(keys) == 1
    assert os.listdir(tmp_path) == [KEY_FILE]


def test_a_setting_is_not_ours_to_renew(tmp_path: Path) -> None:
    """What an operator gave stays as it is."""
    given = master_key(RANDOM.hex(), None, tmp_path)
    assert given.renew() is False
    assert given.read() == (RANDOM,)


def test_renewing_the_key_file(tmp_path: Path) -> None:
    """The new one before the newest, the older ones go; what a killed process left aside does not matter; the mode is the owner's alone."""
    master = master_key("", None, tmp_path)
    first = master.newest_or_new()
    (tmp_path / f".{KEY_FILE}.new").write_text("left by somebody who was killed")
    assert master.renew() is True
    second, kept = master_key("", None, tmp_path).read()
    assert (kept, master.read()) == (first, (second, first))
    assert master.renew() is True
    assert master_key("", None, tmp_path).read()[1] == second
    assert first not in master.read()
    assert os.listdir(tmp_path) == [KEY_FILE]
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o7777 == 0o600


@pytest.mark.parametrize("step", ["open", "fsync", "replace"])
def test_a_renewal_that_fails_leaves_the_old_file(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At any step before the name is moved: the keys are those of before, and one line says why."""
    master = master_key("", None, tmp_path)
    first = master.newest_or_new()

    opened = os.open

    def full(*given: Any, **named: Any) -> int:
        if step == "open" and not given[1] & os.O_CREAT:
            return opened(*given, **named)  # reading goes on
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(MasterKeyWrong, match=r"master-key-not-writable: place=\(master-key-home: .*said='No space left on device'"):
        master.renew()
    monkeypatch.undo()
    assert master_key("", None, tmp_path).read() == (first,)
    assert master.renew() is True


@pytest.mark.parametrize("is_setting", [False, True])
def test_a_fifo_is_refused_at_once(tmp_path: Path, *, is_setting: bool) -> None:
    """Opening it would wait for somebody who writes to it."""
    file = tmp_path / KEY_FILE
    os.mkfifo(file, 0o600)
    with pytest.raises(MasterKeyWrong, match="master-key-not-regular"):
        master_key("", file if is_setting else None, tmp_path)
