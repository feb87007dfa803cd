"""Characters that act on what stands around them are shown as what they are, at every door to a reader.

Names and ids never hold them; descriptions may, and so may what vendors say and what older versions stored.
"""

import re

CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
BIDI = "\u202a-\u202e\u2066-\u2069"
"""Overrides, embeddings and isolates reorder the text around them. The marks of direction LRM and RLM do not, and Persian needs them."""

_FOR_TERMINALS = re.compile(f"[{CONTROLS}\r\u2028\u2029{BIDI}]")
_FOR_PAGES = re.compile(f"[{CONTROLS}{BIDI}]")

LONGEST_FACT = 500
"""Characters of a text that a refusal quotes. It says what is wrong, and sends no more back than that takes."""


def quoted_fact(text: str) -> str:
    """A text as a fact of a sentence, cut where it is long."""
    return text if len(text) <= LONGEST_FACT else f"{text[:LONGEST_FACT]}…"


def visible(text: str) -> str:
    """Text for a terminal, where control characters are commands. Line feeds and tabs stay."""
    return _FOR_TERMINALS.sub(_escape, text)


def visible_in_page(html: str) -> str:
    """A whole page; carriage returns stay too, since fields of forms hold them."""
    return _FOR_PAGES.sub(_escape, html)


def visible_in_json(document: bytes) -> bytes:
    """A JSON document that means the same."""
    return document if document.isascii() else visible(document.decode()).encode()


def _escape(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"
