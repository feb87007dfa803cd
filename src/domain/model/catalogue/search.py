"""Text comparison for searches."""

import unicodedata


def search_key(text: str) -> str:
    """The text without letter case and accents, so that a search for `resume` finds `Résumé`."""
    if text.isascii():
        return text.lower()
    # Decompose before folding case: `ℌ` becomes H and `™` becomes TM only then.
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(character for character in decomposed if not unicodedata.combining(character)).casefold()
