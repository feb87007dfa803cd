"""Reading multipart forms: parts are counted, and every text is UTF-8.

The framework decodes a part with whatever charset the sender names, and some codecs of the standard library take time in the square of the
length (punycode).
"""

from collections.abc import AsyncIterator, Iterator

from litestar.exceptions import ClientException
from multipart import (  # type: ignore[import-untyped] # it has no stubs
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)

LONGEST_BOUNDARY = 70
"""Characters (RFC 2046, 5.1.1)."""

MOST_HEADERS = 4
"""Headers of a part; browsers send two."""

UTF8 = (None, "utf-8", "utf8")


class UnreadableForm(ClientException):
    """A form that cannot be parsed or is incomplete."""


class FormTooLarge(ClientException):
    """A form with more fields than any page has."""

    status_code = 413


async def multipart_parts(stream: AsyncIterator[bytes], boundary: str, most: int) -> list[tuple[str, str | bytes]]:
    """The parts in order: the texts of fields, and the contents of files. Raises UnreadableForm, FormTooLarge, UnicodeError."""
    if not 0 < len(boundary) <= LONGEST_BOUNDARY:
        raise UnreadableForm
    parts, reader = list[tuple[str, str | bytes]](), _PartReader()
    try:
        with PushMultipartParser(boundary, max_header_count=MOST_HEADERS, max_segment_count=most) as parser:
            async for chunk in stream:
                if chunk:
                    parts += reader.read(parser.parse(chunk))
    except ParserLimitReached:
        raise FormTooLarge from None
    except MultipartError:
        raise UnreadableForm from None
    return parts


class _PartReader:
    """Collects the content of the part that is being received."""

    def __init__(self) -> None:
        self._part: MultipartSegment | None = None
        self._content = bytearray()

    def read(self, events: Iterator[MultipartSegment | bytearray | None]) -> Iterator[tuple[str, str | bytes]]:
        """The parts that are complete. `events` are the head of a part, pieces of its content, and None at its end."""
        for event in events:
            if isinstance(event, MultipartSegment):
                self._part, self._content = event, bytearray()
            elif event is not None:
                self._content += event
            elif self._part is not None:
                yield self._part.name or "", self._value(self._part)
                self._part = None

    def _value(self, part: MultipartSegment) -> str | bytes:
        if part.filename is not None:
            return bytes(self._content)
        if (part.charset and part.charset.lower()) not in UTF8:
            raise UnreadableForm
        return self._content.decode()
