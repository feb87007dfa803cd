"""Keys at rest: what was sealed opens for its own binding under its own master key, and for nothing else."""

import base64
import copy
import hmac
import json
import logging
import os
import pickle
import random
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from attrs import evolve
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from modeldesk.adapters.secrets.master_key import MasterKey, master_key
from modeldesk.adapters.secrets.vault import FORMAT, KEY_ID_LENGTH, NONCE_LENGTH, KeyVault
from modeldesk.domain.errors import KeyUnreadable
from modeldesk.domain.model.keys.provider_key import KeyBinding, StoredKey, api_key
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import Slug

CANARY = "sk-canary-0123456789abcdefghijklmnopqrstuvwxyz"
KEY = api_key(CANARY)
ACME = KeyBinding(Slug("acme"), None, "https://api.acme.example")


def a_vault(seed: int = 1) -> KeyVault:
    given_key = random.Random(seed).randbytes(32)
    return KeyVault(MasterKey(lambda: (given_key,), lambda: (given_key,)))


def bindings() -> st.SearchStrategy[KeyBinding]:
    """Names with the characters that could be taken for a border between the parts."""
    parts = st.text('ab",[]\\ \0n', max_size=4)
    return st.builds(KeyBinding, parts.map(Slug), st.none() | parts | st.just("null"), parts)


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=200), bindings())
def test_what_was_sealed_opens_for_its_binding(text: str, binding: KeyBinding) -> None:
    """And the key does not stand in the sealed bytes."""
    vault = a_vault()
    sealed = vault.seal(api_key(text), binding)
    assert vault.open(sealed, binding) == Secret(text)
    assert text.encode() not in sealed


@given(bindings(), bindings())
def test_another_binding_opens_nothing(sealed_for: KeyBinding, other: KeyBinding) -> None:
    """However alike the two look when their parts are put one behind the other."""
    vault = a_vault()
    sealed = vault.seal(KEY, sealed_for)
    if other != sealed_for:
        with pytest.raises(KeyUnreadable) as caught:
            vault.open(sealed, other)
        assert caught.value.provider == other.provider


@pytest.mark.parametrize(
    "other",
    [
        KeyBinding(Slug("acmee"), None, ACME.origin),
        KeyBinding(Slug("acme"), "sara", ACME.origin),
        KeyBinding(Slug("acme"), "", ACME.origin),
        KeyBinding(Slug("acme"), "null", ACME.origin),
        KeyBinding(Slug("acme"), None, "http://api.acme.example"),
        KeyBinding(Slug("acme"), None, "https://api.acme.example:8443"),
        KeyBinding(Slug("acme"), None, ""),
    ],
    ids=str,
)
def test_a_row_moved_elsewhere_stays_shut(other: KeyBinding) -> None:
    """To another provider, owner or origin: one part different is enough."""
    vault = a_vault()
    with pytest.raises(KeyUnreadable):
        vault.open(vault.seal(KEY, ACME), other)


def test_another_master_key_opens_nothing() -> None:
    """And its id in the sealed bytes is another one, so that a status page can count by it."""
    sealed, other = a_vault(1).seal(KEY, ACME), a_vault(2).seal(KEY, ACME)
    assert sealed[0] == other[0] == FORMAT
    assert sealed[1 : 1 + KEY_ID_LENGTH] != other[1 : 1 + KEY_ID_LENGTH]
    with pytest.raises(KeyUnreadable):
        a_vault(2).open(sealed, ACME)


def test_a_key_id_of_ours_written_over_another_ones_does_not_help() -> None:
    """The id is only where to look; the tag decides."""
    ours, theirs = a_vault(1).seal(KEY, ACME), a_vault(2).seal(KEY, ACME)
    with pytest.raises(KeyUnreadable):
        a_vault(1).open(ours[: 1 + KEY_ID_LENGTH] + theirs[1 + KEY_ID_LENGTH :], ACME)


def test_the_form_of_sealed_bytes_is_the_one_that_is_documented() -> None:
    """Reckoned here once more from the page in docs/adr: rows that are stored today must open in every later version."""

    def derived(purpose: bytes, length: int) -> bytes:
        return HKDF(SHA256(), length, salt=None, info=b"modeldesk " + purpose + b" 1").derive(random.Random(1).randbytes(32))

    head, nonce = b"\x01" + derived(b"id", 8), bytes(range(12))
    bound = head + b'["acme", "sara", "https://api.acme.example"]'
    sealed = head + nonce + AESGCM(derived(b"sealing", 32)).encrypt(nonce, CANARY.encode(), bound)
    assert a_vault().open(sealed, KeyBinding(Slug("acme"), "sara", ACME.origin)) == KEY
    assert a_vault().fingerprint(KEY) == hmac.digest(derived(b"fingerprints", 32), CANARY.encode(), "sha256").hex()[:16]


def test_sealing_twice_never_gives_the_same_bytes() -> None:
    """Each time a nonce of its own; the key id stays."""
    vault = a_vault()
    sealed = [vault.seal(KEY, ACME) for _ in range(200)]
    nonces = {entry[1 + KEY_ID_LENGTH : 1 + KEY_ID_LENGTH + NONCE_LENGTH] for entry in sealed}
    assert len(nonces) == len(set(sealed)) == 200
    assert len({entry[: 1 + KEY_ID_LENGTH] for entry in sealed}) == 1


@pytest.mark.parametrize("length", [0, 1, 8, 9, 16, 21, 36])
def test_sealed_bytes_cut_short_are_refused(length: int) -> None:
    """As the same error as any other damage."""
    vault = a_vault()
    with pytest.raises(KeyUnreadable):
        vault.open(vault.seal(KEY, ACME)[:length], ACME)


def test_a_fingerprint_tells_keys_apart_and_only_under_its_master_key() -> None:
    """16 hex digits, the same in every process that holds the master key."""
    first = a_vault().fingerprint(KEY)
    assert first == a_vault().fingerprint(Secret(CANARY))
    assert len(first) == 16
    assert int(first, 16) >= 0
    assert len({first, a_vault().fingerprint(Secret(CANARY + "x")), a_vault(2).fingerprint(KEY)}) == 3


def damages(count: int) -> dict[str, object]:
    """Flips a bit or swaps two rows, `count` times, and counts what opened all the same."""
    draw, vault, began, violations = random.Random(7), a_vault(), time.perf_counter(), 0
    rows = [(vault.seal(Secret(f"{CANARY}-{number}"), at), at) for number in range(40) for at in [row_binding(number)]]
    for case in range(count):
        sealed, binding = draw.choice(rows)
        if case % 4 == 3:
            sealed = draw.choice([other for other, at in rows if at != binding])
        else:
            place = draw.randrange(len(sealed) * 8)
            damaged = bytearray(sealed)
            damaged[place // 8] ^= 1 << place % 8
            sealed = bytes(damaged)
        try:
            vault.open(sealed, binding)
        except KeyUnreadable:
            continue
        violations += 1
    return {
        "name": "sealed keys damaged or moved",
        "cases": count,
        "violations": violations,
        "seconds": round(time.perf_counter() - began, 2),
    }


def row_binding(number: int) -> KeyBinding:
    # Five owners of one provider and origin stand beside each other: what tells their rows apart is the owner alone.
    owner = None if number % 5 == 0 else f"admin-{number % 5}"
    return KeyBinding(Slug(f"provider-{number // 5}"), owner, f"https://api-{number // 5}.example")


def test_a_thousand_damages_are_all_refused() -> None:
    """Bits flipped and rows swapped."""
    assert damages(1_000)["violations"] == 0


@pytest.mark.nightly
def test_ten_thousand_damages_are_all_refused() -> None:
    """The full count, with its figure."""
    figure = damages(10_000)
    print(json.dumps(figure))
    assert figure["violations"] == 0


def test_nothing_shows_a_key(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Neither the vendor's key nor the master key: not by repr, str, a format, a log at DEBUG, or what an error says."""
    caplog.set_level(logging.DEBUG)
    text = base64.b64encode(random.Random(3).randbytes(32)).decode()
    master = master_key(text, None, tmp_path)
    vault, said = KeyVault(master), []
    sealed = vault.seal(KEY, ACME)
    for damaged, binding in ((sealed[:-1], ACME), (sealed, KeyBinding(Slug("other"), None, ""))):
        try:
            vault.open(damaged, binding)
        except KeyUnreadable as error:
            said.append("".join(traceback.format_exception(error)) + repr(error))
    said += [f"{shown} {shown!r} {shown!s}" for shown in (vault, master, vault.open(sealed, ACME), KEY)]
    logging.getLogger("modeldesk").warning("%s %r", vault, master)
    whole = "\n".join([*said, caplog.text])
    held = base64.b64decode(text)
    assert len(said) == 6
    assert not [part for part in (CANARY, CANARY[3:15], text, text[:8], held.hex(), repr(held)[2:10]) if part in whole]


@pytest.mark.parametrize("way", [pickle.dumps, copy.deepcopy])
def test_a_vault_is_not_carried_away(way: Callable[[object], object]) -> None:
    """Neither it nor its master key is pickled or copied."""
    vault = a_vault()
    vault.seal(KEY, ACME)
    for thing in (vault, MasterKey(lambda: (), lambda: (os.urandom(32),))):
        with pytest.raises(TypeError, match="not pickled"):
            way(thing)


class Ring:
    """Master keys that a test changes under a vault, as a rotation by another process does."""

    def __init__(self, *seeds: int) -> None:
        self.put(*seeds)

    def put(self, *seeds: int) -> None:
        self.keys = tuple(random.Random(seed).randbytes(32) for seed in seeds)

    def vault(self) -> KeyVault:
        return KeyVault(MasterKey(lambda: self.keys, lambda: self.keys))


def test_the_first_of_a_ring_seals_and_each_opens_its_own() -> None:
    """What the older ones sealed opens as before; what they did not, they do not open."""
    older = [a_vault(seed).seal(KEY, ACME) for seed in (1, 2)]
    vault = Ring(3, 2, 1).vault()
    sealed = vault.seal(KEY, ACME)
    assert [vault.open(entry, ACME) for entry in (*older, sealed)] == [KEY] * 3
    assert [vault.master_key_id(entry) for entry in (sealed, *reversed(older))] == list(vault.master_key_ids())
    assert vault.fingerprint(KEY) == a_vault(3).fingerprint(KEY)
    for number, entry in enumerate(older):
        with pytest.raises(KeyUnreadable):
            vault.open(sealed[:9] + entry[9:], ACME)
        with pytest.raises(KeyUnreadable):
            Ring(3, 1 if number else 2).vault().open(entry, ACME)


def test_a_vault_learns_of_a_rotation_by_another_process() -> None:
    """It opens what the new master key sealed, still opens what is left under the old one, and seals under the new one at once."""
    ring = Ring(1)
    vault = ring.vault()
    before = vault.seal(KEY, ACME)
    ring.put(2, 1)
    assert vault.open(a_vault(2).seal(KEY, ACME), ACME) == KEY
    assert vault.open(before, ACME) == KEY
    ring.put(3, 2)
    assert vault.master_key_id(vault.seal(KEY, ACME)) == a_vault(3).master_key_ids()[0]


def test_what_is_no_sealed_key_is_under_nothing() -> None:
    """Too short, or of another format: counted, and not readable."""
    vault = a_vault()
    sealed = vault.seal(KEY, ACME)
    assert [vault.master_key_id(damaged) for damaged in (b"", b"\x01", sealed[:9], b"\x02" + sealed[1:])] == [""] * 4
    keys = [StoredKey(binding, sealed, "", "", datetime.now(UTC), "sara") for binding in (ACME, evolve(ACME, owner="sara"))]
    assert [vault.is_readable(key) for key in keys] == [True, False]


@pytest.mark.parametrize("owner", ["omid", "nima ", "Nima", "", None])
def test_an_own_key_moved_to_another_owner_stays_shut(owner: str | None) -> None:
    """At the same provider and origin: whoever can write rows gets nobody's key by giving it another name, or to everybody."""
    vault, own = a_vault(), evolve(ACME, owner="nima")
    sealed = vault.seal(KEY, own)
    assert vault.open(sealed, own) == KEY
    with pytest.raises(KeyUnreadable):
        vault.open(sealed, evolve(ACME, owner=owner))
    with pytest.raises(KeyUnreadable):
        vault.open(vault.seal(KEY, evolve(ACME, owner=owner)), own)
