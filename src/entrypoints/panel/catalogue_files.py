"""The catalogues of the panel as files: `.po`, as translators write them, and what is made of them for programs."""

from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path

from modeldesk.entrypoints.kept_files import KeptFiles

KEPT = KeptFiles(Path(__file__), "babel")


def opened_catalogue(code: str, file: Path) -> Callable[[], bytes]:
    """Gives the `.mo` of this `.po`. It is compiled now, and in memory only where it cannot be kept."""
    written = file.read_bytes()
    compiled = compiled_catalogue(code, written)
    kept = KEPT.open(_name(code, written))
    if kept is None:
        return lambda: compiled
    return lambda: kept.read(0, kept.size) or compiled_catalogue(code, file.read_bytes())


def compiled_catalogue(code: str, written: bytes) -> bytes:
    """The `.mo` of a `.po` of this language. It is made once; the next start finds it beside Python's bytecode."""
    name = _name(code, written)
    compiled = KEPT.read(name)
    if compiled is None:
        KEPT.write(name, compiled := _compiled(code, written))
    return compiled


def _name(code: str, written: bytes) -> str:
    return f"catalogue-{sha256(code.encode() + written).hexdigest()[:32]}"


def _compiled(code: str, written: bytes) -> bytes:
    from babel import Locale  # noqa: PLC0415 - as below
    from babel.messages.mofile import write_mo  # noqa: PLC0415 - a start that finds the compiled catalogue does not need these
    from babel.messages.pofile import read_po  # noqa: PLC0415

    Locale.parse(code)  # a start says that there is no such language: pages, which read it later, would all fail
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(written), locale=code, abort_invalid=True))
    return compiled.getvalue()
