"""What is not sent, not accepted, or worth a retry. Needs no library of HTTP."""

import socket

from modeldesk.adapters.vendor_http import Response
from modeldesk.domain.errors import Reason

NO_ANSWER_YET = Reason("no-answer-within")


class Refused(Exception):
    """A request that is not sent, or a response that is not accepted: `Refused("http-forbidden", host=…)`. A retry would not help."""

    def __init__(self, code: str, /, **facts: object) -> None:
        self.reason = Reason(code, **facts)
        super().__init__(str(self.reason))


class TryAgain(Exception):
    """A failure that is worth a retry: no response, or a response with a retryable status (`answer`)."""

    def __init__(self, reason: Reason, answer: Response | None = None) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.answer = answer


def not_resolved(host: str, error: Exception) -> Refused | TryAgain:
    """The failure for a name without an address. Only a name server that does not answer is worth a retry."""
    if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
        return TryAgain(Reason("name-not-resolved-now", host=host))
    return Refused("name-not-resolved", host=host)
