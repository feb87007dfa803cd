"""Text comparison for searches."""

from modeldesk.domain.model.values.normalization import without_marks


def search_key(text: str) -> str:
    """The text without letter case and accents, so that a search for `resume` finds `Résumé`."""
    if text.isascii():
        return text.lower()
    # Letter case is folded last: `ℌ` becomes H and `™` becomes TM only in the plainest form.
    return without_marks(text).casefold()
