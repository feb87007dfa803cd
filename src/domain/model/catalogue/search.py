"""How texts are compared in a search."""

import unicodedata


def search_key(text: str) -> str:
    """Without letter case and accents, so that a search for `resume` finds `Résumé`."""
    if text.isascii():
        return text.lower()
    # Decomposed first: some letters are small ones only after it (`ℌ` is H, `™` is TM).
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()
