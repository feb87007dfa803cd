"""Why a request of a program is refused before a service is asked. The panel never says these, so no catalogue has them."""

from collections.abc import Mapping

REQUESTS: Mapping[str, str] = {
    "not-signed-in": "sign in first",
    "cookie-and-token": "send the session's cookie or a token, not both",
    "authorization-malformed": "a token is sent once, behind the word Bearer and a blank",
    "token-invalid": "this token is not valid, or not any more",
    "ticket-invalid": "this ticket is not valid, or not any more: read all flags again",
    "session-ended-early": "the session ended before the body did",
    "origin-not-allowed": "a page of this origin may not write here",
    "csrf-token-missing": "a write from a browser carries the token of its session",
    "refresh-from-other-site": "a page of another site may not have a list refreshed",
    "flag-unknown": "no flag is called %(found)s",
    "evaluation-unreadable": "the body is not an evaluation request: %(said)s",
    "active-model-unknown": "no active model has the id %(found)s",
}
