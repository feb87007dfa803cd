"""The password policy: a password is long enough and not easy to guess.

The policy asks for length, not for kinds of characters (NIST SP 800-63B, 5.1.1.2), because people remember a long sentence more easily than
a short puzzle. It rejects what attackers try first, and each error gives the reason.
"""

from collections.abc import Iterable
from itertools import pairwise

from modeldesk.domain.errors import InvalidValue, Reason
from modeldesk.domain.model.values.normalization import NFC_SHRINKS_BY, nfc

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128
LONGEST_UNIT = 4
"""The longest unit whose repetition counts as a weak password: `abcdabcdabcd`."""

LEAST_OWN_CHARACTERS = 4
"""The characters that must remain after removing well-known words and all digits."""

PRODUCT = "modeldesk"
WELL_KNOWN_WORDS = (
    "administrator", "superadmin", "iloveyou", "password", "princess", "sunshine", "football", "baseball", "letmein", "welcome", "charlie",
    "default", "michael", "trustno", "account", "monkey", "master", "dragon", "secret", "shadow", "qwerty", "azerty", "qwertz", "change",
    "changeme", "passwort", "motdepasse", "contrasena", "superman", "batman", "login", "admin", "super", "hello", "guest", "user", "root",
    "test", "pass", "this", "please", "temp", "word", "abc", "the", "me", "is", "my",
)  # fmt: skip
WELL_KNOWN = frozenset((
    "1q2w3e4r5t6y", "q1w2e3r4t5y6", "1q2w3e4r5t6y7u", "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "zaq12wsxcde3", "zaq1xsw2cde3", "qazwsxedcrfv",
    "qazwsxedcrfvtgb", "123qweasdzxc", "qweasdzxc123", "qwe123asd456", "asdfghjkl123", "qwerty123456", "1234qwerasdf", "1234qwerasdfzxcv",
    "qwerasdfzxcv", "qwertyasdfgh", "qwertyasdfzxcv", "zxcvbnmasdfghjkl", "correcthorsebatterystaple", "tobeornottobe", "maytheforcebewithyou",
    "livelaughlove", "openaisesame", "opensesame123", "abcd1234abcd", "a1b2c3d4e5f6", "a1s2d3f4g5h6", "1a2b3c4d5e6f", "0987654321qwerty",
    "liverpoolfc1", "manchesterunited", "chocolate123", "computer1234", "whatever1234", "starwars1234", "pokemon12345", "thequickbrownfox",
    "nevergonnagiveyouup", "ncc1701denterprise", "3141592653589", "314159265358979",
))  # fmt: skip
"""Long entries of leaked password lists, reduced to letters and digits. No list is complete: the rules below catch most weak passwords."""

KEYBOARDS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "!@#$%^&*()_+",
    "ضصثقفغعهخحجچ",
)
LOOKS_LIKE = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"})


def checked_password(password: str, name: str) -> str:
    """The password in NFC, for an admin called `name`: 12 to 128 characters, and not a common one. Raises InvalidValue."""
    whole = nfc_password(password)
    if any("\ud800" <= character <= "\udfff" for character in whole):
        raise InvalidValue("password-not-text")
    if not SHORTEST_PASSWORD <= len(whole) <= LONGEST_PASSWORD:
        raise InvalidValue("password-length", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD, count=len(whole))
    if weakness := _weakness(whole.casefold(), nfc(name, len(name)).casefold()):
        raise InvalidValue("password-weak", reason=weakness)
    return whole


def nfc_password(password: str) -> str:
    """A password that somebody typed, in NFC. Raises InvalidValue for one that is too long to be anybody's, before any work on it."""
    if len(password) > NFC_SHRINKS_BY * LONGEST_PASSWORD:
        raise InvalidValue("password-length", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD, count=len(password))
    return nfc(password, len(password))


def _weakness(whole: str, name: str) -> Reason | None:
    plain = _letters_and_digits(whole) or whole
    if _is_repetition(whole) or _is_repetition(plain):
        return Reason("password-repeats")
    if _is_sequence(whole) or _is_sequence(plain):
        return Reason("password-sequence")
    if plain in WELL_KNOWN:
        return Reason("password-listed")
    core = whole.strip("".join(character for character in whole if not character.isalpha()))
    for spelled in (whole, whole.translate(LOOKS_LIKE), core.translate(LOOKS_LIKE)):
        if _is_mostly(_words(name), _letters_and_digits(spelled)):
            return Reason("password-own-name")
        if _is_mostly([PRODUCT, *_words(name), *WELL_KNOWN_WORDS], _letters_and_digits(spelled)):
            return Reason("password-known-words")
    return None


def _letters_and_digits(text: str) -> str:
    return "".join(character for character in text if character.isalnum())


def _words(name: str) -> list[str]:
    return [word for word in {_letters_and_digits(name), *map(_letters_and_digits, name.split())} if word]


def _is_repetition(text: str) -> bool:
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, LONGEST_UNIT + 1))


def _is_sequence(text: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    if steps in ({1}, {-1}):
        return True
    lines = ("0123456789", "1234567890", "abcdefghijklmnopqrstuvwxyz", *KEYBOARDS)
    return any(text in line * (len(text) // len(line) + 2) for line in (*lines, *(line[::-1] for line in lines)))


def _is_mostly(words: Iterable[str], text: str) -> bool:
    """Whether `text` contains one of these words, and little else apart from digits."""
    rest = text
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    own = [character for character in rest if not character.isdigit()]
    return rest != text and len(own) < LEAST_OWN_CHARACTERS
