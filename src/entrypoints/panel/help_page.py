"""What the words of the panel mean, and where more is written."""

from litestar import Response, get

from modeldesk.domain.model.access.permissions import Right
from modeldesk.entrypoints.panel.services import GivenPanel, SignedIn
from modeldesk.entrypoints.rights import RIGHT


@get("/help", opt={RIGHT: Right.READ})
async def help_page(request: SignedIn, panel: GivenPanel) -> Response[bytes]:
    return panel.page(request, "help.html")


ROUTES = [help_page]
