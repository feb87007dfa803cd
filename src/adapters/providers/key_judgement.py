"""What a vendor's answer says of the key that was sent: by its status and by its words."""

import re

from modeldesk.adapters.providers.messages import error_words
from modeldesk.adapters.vendor_http import Response
from modeldesk.domain.late_pattern import LatePattern

LONGEST_ERROR = 2_000
"""In characters: a longer answer with status 200 is a list, which may have members of the names of errors."""

_KEY = r"(?:api[ _-]?key|access[ _-]?key|api[ _-]?token|access[ _-]?token|auth(?:entication|orization)?[ _-]?token|\btoken\b|credentials?|secret[ _-]?key|\bkey\b)"
_WRONG = r"(?:invalid|incorrect|wrong|not valid|unknown|expired|revoked|malformed|unrecogni[sz]ed|bad|does not exist|not found|disabled)"

WRONG_KEY = LatePattern(
    rf"{_WRONG}[^.\"{{}}]{{0,24}}{_KEY}|{_KEY}[^.\"{{}}]{{0,40}}(?:is |was |has |has been |are )?{_WRONG}"
    r"|invalid[ _-]?authentication|authentication[ _-](?:error|fails?|failed)|api_key_invalid|invalidapikey|login fail|unauthenticated"
    r"|\"(?:code|status|status_code)\"\s*:\s*\"?401\b"
    r"|无效的(?:令牌|密钥)|令牌无效|密钥(?:无效|错误)"
)
"""Words for a wrong key, in lower case. They count whatever the status."""

ANOTHER_REASON = LatePattern(
    r"scope|permission|not permitted|not authorized to|country|region|territory|location|jurisdiction|quota|billing|credit|balance|payment"
    r"|firewall|blocked|forbidden by|access denied|denied by|ip address|allow[- ]?list|white[- ]?list|captcha|not been used in project|is disabled|"
    r"rate limit|request not allowed|terms of (?:service|use)|verify your|organization must|not enabled|suspended"
)
"""Words for a call that is refused although the key may be right: a missing scope, a country, a firewall, a bill."""


def says_key_is_wrong(answer: Response) -> bool:
    """Whether the answer means that the vendor does not know the key.

    Words for a wrong key count whatever the status, words for another reason never. Without either, 401 means the key, and so does 403 unless a
    web page came with it, as firewalls send.
    """
    words = error_words(answer.body)
    is_error = answer.status != 200 or _is_error_with_200(words)
    if is_error and answer.status != 429 and WRONG_KEY.search(words):
        return True
    if ANOTHER_REASON.search(words):
        return False
    return answer.status == 401 or (answer.status == 403 and not answer.body.lstrip().startswith(b"<"))


def _is_error_with_200(words: str) -> bool:
    return len(words) < LONGEST_ERROR and re.search(r'"(?:error|errors|err|base_resp|msg|message|code)"\s*:', words) is not None
