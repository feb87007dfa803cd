"""Stylesheet and script, served under names with a digest of their content, so that browsers can cache them for ever."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from litestar import Request, Response, route
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from msgspec import Struct

from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.panel.responses import takes_gzip
from modeldesk.entrypoints.rights import RIGHT

FOLDER = Path(__file__).with_name("static")
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"


class StaticFile(Struct, frozen=True):
    """The content, plain and compressed."""

    media_type: str
    plain: bytes
    compressed: bytes


@cache
def static_files() -> Mapping[str, StaticFile]:
    """All static files, by served name."""
    return {_served_name(path): _read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in TYPES}


@cache
def static_path(name: str) -> str:
    """The URL path of the file `name`."""
    return f"/admin/static/{_served_name(FOLDER / name)}"


@route("/static/{name:str}", http_method=["GET", "HEAD"], opt={RIGHT: Right.OPEN})
async def static(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """Serves a known file; the name never reaches the file system."""
    file = static_files().get(name)
    if file is None:
        raise NotFoundException
    headers = {"Cache-Control": FOR_EVER, "Vary": "Accept-Encoding"}
    if takes_gzip(request.scope):
        return Response(file.compressed, media_type=file.media_type, headers={**headers, "Content-Encoding": "gzip"})
    return Response(file.plain, media_type=file.media_type, headers=headers)


def _served_name(path: Path) -> str:
    return f"{path.stem}.{hashlib.sha256(path.read_bytes()).hexdigest()[:12]}{path.suffix}"


def _read(path: Path) -> StaticFile:
    content = path.read_bytes()
    return StaticFile(TYPES[path.suffix], content, gzip.compress(content, 9, mtime=0))


ROUTES = [static]
