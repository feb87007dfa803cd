"""Text comparison for searches."""

from modeldesk.domain.model.values.normalization import without_marks

_ALIKE = str.maketrans(
    {
        **dict.fromkeys("يى", "ی"),  # Arabic keyboards have these in the place of the Persian letter
        "ك": "ک",
        **dict.fromkeys("ةە", "ه"),
        **{chr(zero + digit): str(digit) for zero in (0x0660, 0x06F0) for digit in range(10)},
        # Half-spaces and what else shows nothing: some write می‌شود with one, others without.
        **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060\u061c\ufeff\u0640\u00ad"),
    }
)
"""Letters and digits of Arabic keyboards, and characters that join or separate nothing that is read."""


def search_key(text: str) -> str:
    """The text without letter case and accents, so that a search for `resume` finds `Résumé`.

    Arabic and Persian forms of a letter or digit are one, and half-spaces are ignored.
    """
    if text.isascii():
        return text.lower()
    # Letter case is folded last: `ℌ` becomes H and `™` becomes TM only in the plainest form.
    return without_marks(text).translate(_ALIKE).casefold()
