"""Keys of every shape, and the search for any piece of them."""

import base64
import json
import random
import string
from collections.abc import Callable
from urllib.parse import quote

WINDOW, BLOCK = 12, 6


LETTERS = string.ascii_letters + string.digits


def canaries(seed: int) -> list[str]:
    """Three keys of each of eight shapes."""
    dice = random.Random(seed)

    def some(count: int, signs: str = LETTERS) -> str:
        return "".join(dice.choices(signs, k=count))

    def claims() -> str:
        return base64.urlsafe_b64encode(json.dumps({"sub": some(20)}).encode()).decode().rstrip("=")

    shapes: list[Callable[[], str]] = [
        lambda: f"sk-proj-{some(40)}",
        lambda: f"AIza{some(35, LETTERS + '-_')}",
        lambda: f"hf_{some(34)}",
        lambda: f"gsk_{some(52)}",
        lambda: f"{some(36)}.{claims()}.{some(43, LETTERS + '-_')}",
        lambda: dice.randbytes(32).hex(),
        lambda: base64.b64encode(b"\xfb\xff\xbf" + dice.randbytes(29)).decode(),
        lambda: some(40, LETTERS + "!#$%&()*+,-./:;<=>?@[]^_{|}~"),
    ]
    return [shape() for shape in shapes for _ in range(3)]


def pieces(key: str) -> set[str]:
    """Every twelve characters in a row of every form in which the key may stand, in small letters."""
    data = key.encode()
    forms = [key, quote(key, safe=""), quote(key), data.hex(), json.dumps(key)[1:-1], key[::-1]]
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + data).decode()[4 if before else 0 :]
        forms += [encoded, encoded.translate(str.maketrans("+/", "-_"))]
    return {form[at : at + WINDOW].lower() for form in forms for at in range(len(form) - WINDOW + 1)}


def blocks_of(sought: set[str]) -> set[str]:
    """Every six characters in a row of these pieces."""
    return {piece[at : at + BLOCK] for piece in sought for at in range(WINDOW - BLOCK + 1)}


def hits(text: str, sought: set[str], blocks: set[str]) -> list[str]:
    """The pieces that stand there. Whichever does, a block of it begins at a multiple of seven."""
    folded, step = text.lower(), WINDOW - BLOCK + 1
    suspects = [at for at in range(0, len(folded) - BLOCK + 1, step) if folded[at : at + BLOCK] in blocks]
    windows = (folded[at : at + WINDOW] for suspect in suspects for at in range(max(0, suspect - step + 1), suspect + 1))
    return [window for window in windows if window in sought]
