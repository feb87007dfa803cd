"""The file of identity providers that `MODELDESK_OIDC_FILE` names. All its mistakes are reported at once, each with its place."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from attrs import field

from modeldesk.adapters.json_values import wrong_type
from modeldesk.adapters.strict_json.text import JsonBroken, JsonDocument, Place, path_text, read_json
from modeldesk.adapters.trusted_files import read_regular
from modeldesk.adapters.validation_errors import Path as MemberPath
from modeldesk.adapters.validation_errors import ValidationError, unknown_key
from modeldesk.domain.errors import InvalidValue, Problem, Reason
from modeldesk.domain.model.access.federated_identity import GroupRoles, IdentityProvider
from modeldesk.domain.model.values.secret import Secret
from modeldesk.domain.model.values.texts import SingleLineText, http_url, single_line_text, slug
from modeldesk.domain.records import frozen

LARGEST_FILE = 256 * 1024
"""In bytes."""

MOST_DEPTH = 8
MOST_REPORTED = 5
"""Problems that one line names; the others are counted."""

QUOTES = frozenset(["token", "word", "meant", "character", "escape", "escaped"])
"""Facts of broken JSON that quote it: a secret may stand there without its quotes."""

OPENID = "openid"
USUAL_SCOPES = (OPENID, "profile", "email")
USUAL_NAME_CLAIM, USUAL_GROUPS_CLAIMS = "preferred_username", ("groups",)
REQUIRED = ("id", "issuer", "client_id")


@frozen
class ProviderSettings:
    """How one identity provider is asked, and which claims are read. `client_secret` is None for a public client, which has PKCE alone."""

    provider: IdentityProvider
    client_id: str
    scopes: Sequence[str]
    name_claim: str
    groups_claims: Sequence[str]
    client_secret: Secret | None = field(default=None, repr=False)


def provider_settings(path: Path) -> Sequence[ProviderSettings]:
    """The providers of the file. Raises InvalidValue, FileRefused, OSError. No text of an error holds a secret."""
    content = read_regular(path, LARGEST_FILE, trusted=True)
    try:
        document = read_json(content, most_depth=MOST_DEPTH)
    except JsonBroken as broken:
        reason = broken.problem.reason
        raise _wrong(
            path, [_placed((), Reason("body-not-json") if QUOTES.intersection(reason.facts) else reason, broken.problem.place)]
        ) from None
    reader = _Reader()
    found = reader.providers(document.root)
    if problems := _problems(document, reader.errors):
        raise _wrong(path, problems)
    return found


class _Reader:
    """Reads the document, and collects what is wrong with it."""

    def __init__(self) -> None:
        self.errors: list[ValidationError] = []

    def providers(self, root: object) -> Sequence[ProviderSettings]:
        members = self._object(root, (), ("providers",), ("providers",))
        listed = members.get("providers", [])
        if not isinstance(listed, list):
            self._refuse(("providers",), wrong_type("list", listed))
            return []
        found = [self._provider(entry, ("providers", number)) for number, entry in enumerate(listed)]
        for key in ("id", "issuer"):
            seen = set[object]()
            for number, entry in enumerate(listed):
                value = entry.get(key) if isinstance(entry, dict) else None
                if isinstance(value, str) and value in seen:
                    self._refuse(("providers", number, key), InvalidValue("oidc-provider-twice"))
                seen.add(value if isinstance(value, str) else None)
        return [one for one in found if one is not None]

    def _provider(self, entry: object, path: MemberPath) -> ProviderSettings | None:
        """None for one with a mistake."""
        before = len(self.errors)
        members = self._object(entry, path, tuple(_TEXTS) + tuple(_LISTS), REQUIRED)
        texts = {name: self._text(members[name], (*path, name), rule) for name, rule in _TEXTS.items() if name in members}
        lists = {name: self._texts(members[name], (*path, name), rule) for name, rule in _LISTS.items() if name in members}
        roles = GroupRoles(frozenset(lists.get("super_groups", ())), frozenset(lists.get("normal_groups", ())))
        if len(self.errors) == before and not (roles.super_groups or roles.normal_groups):
            self._refuse(path, InvalidValue("oidc-without-groups"))
        if len(self.errors) > before:
            return None
        secret = texts.get("client_secret")
        return ProviderSettings(
            provider=IdentityProvider(
                slug(texts["id"]), single_line_text(texts.get("name") or texts["id"]), http_url(texts["issuer"]), roles
            ),
            client_id=texts["client_id"],
            scopes=lists.get("scopes", USUAL_SCOPES),
            name_claim=texts.get("name_claim", USUAL_NAME_CLAIM),
            groups_claims=lists.get("groups_claims", USUAL_GROUPS_CLAIMS),
            client_secret=Secret(secret) if secret else None,
        )

    def _object(self, value: object, path: MemberPath, known: Sequence[str], required: Sequence[str]) -> Mapping[str, object]:
        if not isinstance(value, dict):
            self._refuse(path, wrong_type("object", value))
            return {}
        for key in value:
            if key not in known:
                self._refuse((*path, key), unknown_key(key, known))
        for key in required:
            if key not in value:
                self._refuse(path, InvalidValue("key-missing-in-object", key=key))
        return value

    def _text(self, value: object, path: MemberPath, rule: Callable[[str], object]) -> str:
        if not isinstance(value, str):
            self._refuse(path, wrong_type("string", value))
            return ""
        try:
            rule(value)
        except InvalidValue as error:
            self._refuse(path, error)
        return value

    def _texts(self, value: object, path: MemberPath, rule: Callable[[Sequence[str]], object]) -> Sequence[str]:
        if not isinstance(value, list):
            self._refuse(path, wrong_type("list", value))
            return ()
        before = len(self.errors)
        texts = tuple(self._text(entry, (*path, number), str) for number, entry in enumerate(value))
        try:
            if len(self.errors) == before:
                rule(texts)
        except InvalidValue as error:
            self._refuse(path, error)
        return texts

    def _refuse(self, path: MemberPath, error: InvalidValue) -> None:
        self.errors.append(ValidationError(path, error.reason))


def _problems(document: JsonDocument, errors: Sequence[ValidationError]) -> Sequence[Problem]:
    """In the order of the text. A value with a problem of the text is None, about which nothing more is said."""
    of_text = {problem.path: problem for problem in document.problems}
    further = [error for error in errors if error.path not in of_text]
    places = document.places({error.path for error in further})
    problems = [_placed(problem.path or (), problem.reason, problem.place) for problem in document.problems]
    problems += [_placed(error.path, error.reason, places[error.path]) for error in further]
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))


def _placed(path: MemberPath, reason: Reason, place: Place | None) -> Problem:
    return Problem(path_text(path), reason, *((place.line, place.column) if place is not None else ()))


def _wrong(path: Path, problems: Sequence[Problem]) -> InvalidValue:
    """One line about the file: a setting's mistake has no more."""
    described = [_described(problem) for problem in problems[:MOST_REPORTED]]
    if len(problems) > MOST_REPORTED:
        described.append(Reason("oidc-problems-more", count=len(problems) - MOST_REPORTED))
    said = described.pop()
    while described:
        said = Reason("oidc-problems", first=described.pop(), further=said)
    return InvalidValue("oidc-file-wrong", file=str(path), reason=said)


def _described(problem: Problem) -> Reason:
    if problem.line is None:
        return Reason("oidc-problem", path=problem.path, reason=problem.reason)
    return Reason("oidc-problem-placed", path=problem.path, reason=problem.reason, line=problem.line, column=problem.column)


def _issuer(text: str) -> str:
    if not http_url(text) or "?" in text or "#" in text:
        raise InvalidValue("oidc-issuer-malformed")
    return text


def _name(text: str) -> SingleLineText | None:
    return single_line_text(text) if text else None


def _not_empty(text: str) -> str:
    if not text:
        raise InvalidValue("blank")
    return text


def _scopes(texts: Sequence[str]) -> None:
    if OPENID not in texts:
        raise InvalidValue("oidc-without-openid")


def _claims(texts: Sequence[str]) -> None:
    if not texts:
        raise InvalidValue("oidc-without-claims")


_TEXTS: Mapping[str, Callable[[str], object]] = {
    "id": slug,
    "issuer": _issuer,
    "client_id": _not_empty,
    "client_secret": str,
    "name": _name,
    "name_claim": str,
}
_LISTS: Mapping[str, Callable[[Sequence[str]], object]] = {
    "scopes": _scopes,
    "groups_claims": _claims,
    "super_groups": list,
    "normal_groups": list,
}
"""The members of a provider, each with its rule."""
