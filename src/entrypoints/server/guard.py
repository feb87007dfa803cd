"""What stands between the server and the application."""

import time

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send

from modeldesk.entrypoints.server.bodies import ArrivingBodies, IncomingBody, answering_after, awaits_permission, has_body
from modeldesk.entrypoints.server.connections import Connections, Peer


def peer_of(scope: Scope) -> Peer:
    """The client's address and port as the system tells them; granian has the port as text."""
    host, port = scope["client"] or ("", 0)
    return host, int(port)


def guarded(app: ASGIApp, connections: Connections, bodies: ArrivingBodies) -> ASGIApp:
    """Wraps the application: notes which connections are in a request, and bounds the bodies."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        peer = peer_of(scope)
        if not has_body(scope):
            connections.in_request.add(peer)
            try:
                await app(scope, receive, send)
            finally:
                connections.in_request.discard(peer)
                connections.answered[peer] = time.monotonic()
            return
        body = IncomingBody(bodies, receive, may_be_silent=awaits_permission(scope))

        async def receive_and_note() -> HTTPReceiveMessage:
            message = await body.receive()
            if body.is_complete:
                connections.in_request.add(peer)
            return message

        try:
            await app(scope, receive_and_note, answering_after(body, send))
        finally:
            body.end()
            connections.in_request.discard(peer)
            connections.answered[peer] = time.monotonic()

    return handle
