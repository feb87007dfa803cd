"""The catalogues of the panel as files: `.po`, as translators write them, and what is made of them for programs."""

from hashlib import sha256
from io import BytesIO
from pathlib import Path

from modeldesk.entrypoints.kept_files import KeptFiles

KEPT = KeptFiles(Path(__file__), "babel")


def compiled_catalogue(code: str, written: bytes) -> bytes:
    """The `.mo` of a `.po` of this language. It is made once; the next start finds it beside Python's bytecode."""
    name = f"catalogue-{sha256(code.encode() + written).hexdigest()[:32]}"
    compiled = KEPT.read(name)
    if compiled is None:
        KEPT.write(name, compiled := _compiled(code, written))
    return compiled


def _compiled(code: str, written: bytes) -> bytes:
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - a start that finds the compiled catalogue does not need these
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(written), locale=code, abort_invalid=True))
    return compiled.getvalue()
