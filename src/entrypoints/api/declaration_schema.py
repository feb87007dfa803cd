"""The JSON Schema of `providers.json`, for editors and other programs."""

from litestar import Response, route

from modeldesk.entrypoints.api.openapi_schema import READING
from modeldesk.entrypoints.api.services import GivenServices


@route("/schema/providers.json", http_method=READING, include_in_schema=False)
async def declaration_schema(services: GivenServices) -> Response[bytes]:
    """What `modeldesk schema` prints. Everybody may read and keep it: it depends on the installed packages alone."""
    schema: bytes = services.container.declaration_schema()
    return Response(schema, media_type="application/schema+json", headers={"Cache-Control": "public, max-age=3600"})


ROUTES = [declaration_schema]
