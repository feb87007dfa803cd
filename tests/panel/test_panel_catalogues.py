"""Every word of the panel is in the catalogues, in every language; and a page shows no other words but data."""

import re
from datetime import date
from functools import cache
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

import pytest
from attrs import evolve
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from modeldesk.domain import errors
from modeldesk.domain.errors import InvalidValue, Problem, Reason
from modeldesk.domain.model.access.password_policy import checked_password
from modeldesk.domain.model.catalogue.catalogue import ModelFacts, declared_model
from modeldesk.domain.model.catalogue.classification import check_eligibility, classify
from modeldesk.domain.model.catalogue.vendor_list import Modality, VendorList, VendorModel
from modeldesk.domain.model.providers.declared_model import DeclaredModel
from modeldesk.domain.model.values.texts import CapabilityName, ModelId
from modeldesk.entrypoints.api.app import create_app
from modeldesk.entrypoints.panel import languages as speaking
from modeldesk.entrypoints.panel.error_messages import reason_message, refusal_message, whole_reason
from modeldesk.entrypoints.panel.languages import CATALOGUES, Languages, language_of, languages
from modeldesk.entrypoints.panel.routes import panel_router
from tests.support.app import PASSWORD, App
from tests.support.panel_client import PanelClient, text_of
from tests.support.whole_catalogues import live_catalogue

PANEL = CATALOGUES.parent
FILES = sorted(CATALOGUES.glob("*/LC_MESSAGES/panel.po"))
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "P_": (1, 2)}
WORDS = PANEL.parent / "words"
WRITES_PERSIAN = re.compile(r"[؀-ۿ]")
_PLACES = re.compile(r"%\(\w+\)s")


@cache
def in_the_code() -> set[object]:
    return {message for room in (PANEL, WORDS) for _, _, message, _, _ in extract_from_dir(str(room), METHODS, keywords=KEYWORDS)}


def catalogue(file: Path) -> Catalog:
    return read_po(BytesIO(file.read_bytes()), abort_invalid=True)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_a_catalogue_holds_every_message_and_no_other(file: Path) -> None:
    """None is fuzzy; `make messages` brings new ones in."""
    found = catalogue(file)
    assert {message.id for message in found if message.id} == in_the_code()
    assert [message.id for message in found if message.id and message.fuzzy] == []
    assert [error for _, problems in found.check() for error in problems] == []


def test_every_message_is_in_persian() -> None:
    """With its variables, and in Persian letters but where the text is a number or a name alone."""
    found = catalogue(CATALOGUES / "fa" / "LC_MESSAGES" / "panel.po")
    for message in found:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[1]
        for string in [message.string] if isinstance(message.string, str) else message.string:
            assert WRITES_PERSIAN.search(string), source
            assert sorted(_PLACES.findall(string)) == sorted(_PLACES.findall(source)), source
            assert "ي" not in string, source
            assert "ك" not in string, source


def test_no_message_brings_markup() -> None:
    """And none could: what a catalogue says is escaped."""
    for file in FILES:
        for message in catalogue(file):
            for text in [message.id, message.string] if isinstance(message.id, str) else [*message.id, *message.string]:
                assert "<" not in text, text
    assert languages().all[0].gettext("<b>%(who)s</b>", who="<i>") == "&lt;b&gt;&lt;i&gt;&lt;/b&gt;"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [("fa", "fa"), ("fa-IR,fa;q=0.9,en;q=0.8", "fa"), ("de, fa;q=0.5, en;q=0.4", "fa"), ("en-GB", "en"), ("de", "en"), ("", "en"), ("fa;q=0, en", "en"), (";;;,q=x;q=y", "en")],
)  # fmt: skip
def test_the_browser_chooses_the_language(app: App, wanted: str, code: str) -> None:
    """The best that there is, else English."""
    page = text_of(PanelClient(app).get("/admin/sign-in", {"accept-language": wanted}))
    assert f'<html lang="{code}" dir="{"rtl" if code == "fa" else "ltr"}">' in page


def test_a_chosen_language_is_remembered_before_the_browser_s(app: App) -> None:
    """In a cookie, also over a sign-in; one that does not exist changes nothing."""
    client = PanelClient(app)
    assert client.post("/admin/language", {"language": "fa", "back": "/admin/sign-in?next=%2Fadmin%2Fkeys"}).one("location") == (
        "/admin/sign-in?next=%2Fadmin%2Fkeys"
    )
    assert client.cookies[speaking.COOKIE] == "fa"
    client.sign_in("sara")
    assert 'lang="fa"' in text_of(client.get("/admin/"))
    client.post("/admin/language", {"language": "xx", "back": "https://evil.example"})
    assert 'lang="fa"' in text_of(client.get("/admin/"))


def test_numbers_and_days_are_written_as_the_language_does() -> None:
    """Persian digits and the Persian calendar; known days."""
    english, persian = languages().all
    at = speaking.datetime(2026, 11, 24, 9, 5, tzinfo=speaking.UTC)
    assert (english.number(1234567), persian.number(1234567)) == ("1,234,567", "۱٬۲۳۴٬۵۶۷")
    assert (english.moment(at), persian.moment(at)) == ("2026-11-24 09:05", "۱۴۰۵/۰۹/۰۳ ۰۹:۰۵")
    for day, reported in [
        ((2026, 3, 21), "۱۴۰۵/۰۱/۰۱"),
        ((2025, 3, 20), "۱۴۰۳/۱۲/۳۰"),
        ((2024, 2, 29), "۱۴۰۲/۱۲/۱۰"),
        ((2000, 1, 1), "۱۳۷۸/۱۰/۱۱"),
    ]:
        assert persian.moment(speaking.datetime(*day, tzinfo=speaking.UTC)).startswith(reported)
    assert persian.ago(speaking.timedelta(minutes=5)) == "۵ دقیقه پیش"


def test_a_refusal_is_whole_sentences() -> None:
    """What is wrong, then what to do: each begins with a capital, but for a name, and ends; inside of one a reason is as it was."""
    english, persian = languages().all
    samples = [
        (InvalidValue("blank"), "Must not be blank.", "نباید خالی باشد."),
        (
            errors.KeyMissing("x", Reason("personal-keys-not-allowed", provider="x")),
            "<bdi>x</bdi> allows no personal keys. A super admin can allow them on the provider&#39;s page.",
            "<bdi>x</bdi> کلید شخصی را مجاز نمی‌داند. مدیر ارشد می‌تواند در صفحهٔ ارائه‌دهنده آن را مجاز کند.",
        ),
        (
            errors.VendorFailed("x", Reason("no-answer-within", seconds=10.0)),
            "The models of <bdi>x</bdi> could not be read: no answer within 10 s.",
            "مدل‌های <bdi>x</bdi> خوانده نشد: در ۱۰ ثانیه پاسخی نرسید.",
        ),
        (errors.SignInRefused(), "Name or password is wrong.", "نام یا گذرواژه نادرست است."),
        (
            errors.ProviderNotFound("antropic", ["anthropic"]),
            "There is no provider <bdi>antropic</bdi>. Did you mean <bdi>anthropic</bdi>?",
            "ارائه‌دهنده‌ای به نام <bdi>antropic</bdi> یافت نشد. منظورتان <bdi>anthropic</bdi> بود؟",
        ),
        (
            errors.CapabilityNotOffered("x", "audio", ["chat", "image"]),
            "The provider <bdi>x</bdi> does not offer <bdi>audio</bdi>. It offers: <bdi>chat</bdi>, <bdi>image</bdi>.",
            "ارائه‌دهندهٔ <bdi>x</bdi> قابلیت <bdi>audio</bdi> را ارائه نمی‌کند. این‌ها را ارائه می‌کند: <bdi>chat</bdi>، <bdi>image</bdi>.",
        ),
        (
            errors.DeclarationInvalid([Problem("$", Reason("blank"))] * 2),
            "The declaration has 2 problems; nothing was imported.",
            "فایل تعریف ۲ اشکال دارد؛ چیزی درون‌ریزی نشد.",
        ),
    ]
    for error, in_english, in_persian in samples:
        assert refusal_message(error, english) == in_english
        assert refusal_message(error, persian) == in_persian


def test_what_a_vendor_said_stays_as_it_is_and_is_marked_as_foreign() -> None:
    """In both languages, isolated, with nothing of it taken for markup."""
    said = Reason("vendor-said", said="<b>no</b>", status=401)
    for language, around in zip(languages().all, ("the vendor answered: ", "ارائه‌دهنده پاسخ داد: "), strict=True):
        assert reason_message(said, language).startswith(f'{around}<bdi lang="und">&lt;b&gt;no&lt;/b&gt;</bdi>')


def test_the_place_of_the_database_is_for_the_log_alone() -> None:
    """In every language."""
    for language in languages().all:
        message = refusal_message(errors.StorageUnavailable(Reason("database-said", place="/secret/place", said="secret")), language)
        assert "secret" not in message


def test_the_rules_of_a_password_are_told_in_persian() -> None:
    """The very reasons that are raised, with nothing left in English."""
    persian = languages().all[1]
    for text in ("short", "abababababab", "abcdefghijklm", "sarasarasara12", "sara12345678", "password12345", "1q2w3e4r5t6y"):
        with pytest.raises(InvalidValue) as refused:
            checked_password(text, "sara")
        assert not re.search("[a-z]{3}", refusal_message(refused.value, persian))


def test_every_reason_of_a_list_has_words_in_persian() -> None:
    """Why a model is offered or left out: the very reasons, of all that a vendor may say of a model."""
    persian, text, sound = languages().all[1], (Modality.TEXT,), (Modality.AUDIO,)
    known = [
        VendorModel(ModelId("plain")), VendorModel(ModelId("whisper-1")), VendorModel(ModelId("x"), task="text-to-image"), VendorModel(ModelId("x"), task="translation"), VendorModel(ModelId("a/*")),
        VendorModel(ModelId("x"), inputs=text, outputs=(Modality.IMAGE, Modality.AUDIO)),
    ]  # fmt: skip
    reasons = {check_eligibility(use, CapabilityName(name)).reason for use in (*(classify(model, None, None) for model in known), classify(known[0], text, sound))
               for name in ("chat", "image", "audio", "own-invention")}  # fmt: skip
    ended = live_catalogue(
        CapabilityName("chat"),
        VendorList((evolve(known[0], retires_on=date(2026, 1, 1)),)),
        {},
        speaking.datetime(2026, 11, 24, tzinfo=speaking.UTC),
    )
    reasons |= {ended.excluded[0].reason, declared_model(DeclaredModel(ModelId("x")), ModelFacts()).reason}
    assert len(reasons) > 12
    for reason in reasons:
        said = whole_reason(reason, persian)
        assert WRITES_PERSIAN.search(said), reason
        assert not re.search("[a-z]{3}", re.sub("<bdi.*?</bdi>", "", said).replace("models.dev", "")), (reason, said)


TITLED = ("Acme", "AI", "Open", "nima", "English")
"""Names of data that stand in the title of a page, where no element can mark them; and the language's own name."""


class VisibleWords(HTMLParser):
    """Collects what a reader meets and no catalogue said: texts and labels outside the marks, and outside what is data."""

    DATA = ("bdi", "code", "time", "textarea", "kbd", "script", "style", "pre")
    LABELS = ("aria-label", "placeholder", "title", "alt", "data-label", "data-failed", "data-copied", "data-not-copied")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("input", "meta", "link", "img", "br", "path", "rect", "circle", "i"):
            self.open.append(tag)
        for name, value in attrs:
            if (
                name in self.LABELS
                and value
                and not value.startswith("{")
                and tag not in self.DATA
                and value not in ("gpt-4.5", "anthropic/chat")
            ):
                self.meet(value)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        # A message may hold data in the middle: its marks are looked for in the whole of the page's text.
        if not any(tag in self.DATA for tag in self.open):
            self.text.append(data)

    def close(self) -> None:
        super().close()
        left = "".join(self.text)
        while left != (left := re.sub(r"⟦[^⟦⟧]*⟧", " ", left)):
            pass
        self.found += re.findall(r"[^\W\d_]{2,}", left)

    def meet(self, text: str) -> None:
        left = text
        while left != (left := re.sub(r"⟦[^⟦⟧]*⟧", "", left)):
            pass
        if re.search(r"[^\W\d_]{2,}", left):
            self.found.append(text.strip())


def test_no_string_stands_outside_the_catalogues(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a language whose every message is marked, each page shows marked words and data alone."""
    marked = Catalog(locale="en")
    for message in catalogue(FILES[0]):
        if message.id:
            marked.add(message.id, f"⟦{message.id}⟧" if isinstance(message.id, str) else tuple(f"⟦{text}⟧" for text in message.id))
    compiled = BytesIO()
    write_mo(compiled, marked)
    pseudo = Languages([language_of("en", compiled.getvalue)])
    monkeypatch.setattr(app, "litestar", create_app(app.container, panel_router(app.container, pseudo)))
    sara = PanelClient(app)
    page = sara.get("/admin/sign-in?ended=1")
    pages = {"sign-in": text_of(page), "refused": text_of(sara.post("/admin/sign-in", {"username": "sara", "password": "x"}))}
    sara.sign_in("sara", PASSWORD)
    sara.send("/admin/providers/acme/chat/select", {"model_id": "small", "version": "0"})
    for path in (
        "/admin/", "/admin/providers", "/admin/providers/acme", "/admin/providers/open", "/admin/providers/acme/chat", "/admin/providers/acme/video",
        "/admin/providers/acme/chat?search=zzz", "/admin/providers/acme/chat?free=1&explain=true", "/admin/providers/acme/chat?search=zzz&free=1", "/admin/providers/acme/chat/select?model=large", "/admin/providers/acme/chat/select?model=new",
        "/admin/providers/acme/chat/deselect", "/admin/enabled/acme", "/admin/edit/acme", "/admin/keys", "/admin/keys/acme/shared", "/admin/keys/acme/shared/remove",
        "/admin/import", "/admin/admins", "/admin/admins/nima", "/admin/account", "/admin/audit", "/admin/tokens", "/admin/tokens/x/revoke", "/admin/cache/clear", "/admin/help", "/admin/new-provider?from=ollama", "/admin/nothing",
    ):  # fmt: skip
        pages[path] = text_of(sara.get(path))
    pages["plan"] = text_of(
        sara.send("/admin/import", {"declaration": '{"version": "1.0.0", "providers": [{"slug": "x", "name": "bdi"}]}', "prune": "1"})
    )
    pages["token"] = text_of(sara.send("/admin/tokens", {"token_name": "nightly", "scope_read": "1", "days": "9"}))
    pages["set-up"] = text_of(PanelClient(app).get("/admin/setup?token=used"))
    for name, text in pages.items():
        words = VisibleWords()
        words.feed(text)
        words.close()
        own = [word for word in words.found if word not in TITLED]
        assert own == [], name
        assert "⟦" in text, name


def test_a_third_language_is_one_file(tmp_path: Path) -> None:
    """With its own plural rules and direction, from a folder with one more catalogue."""
    for file in FILES:
        target = tmp_path / file.parent.parent.name / "LC_MESSAGES"
        target.mkdir(parents=True)
        (target / "panel.po").write_bytes(file.read_bytes())
    arabic = tmp_path / "ar" / "LC_MESSAGES"
    arabic.mkdir(parents=True)
    (arabic / "panel.po").write_text(
        'msgid ""\nmsgstr ""\n"Language: ar\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Overview"\nmsgstr "نظرة عامة"\n'
    )
    found = languages(tmp_path).all
    assert [(language.code, language.direction) for language in found] == [("en", "ltr"), ("ar", "rtl"), ("fa", "rtl")]
    assert found[1].gettext("Overview") == "نظرة عامة"
    assert found[1].gettext("Keys") == "Keys"
    assert evolve(found[0], calendar="persian").moment(speaking.datetime(2026, 3, 21, tzinfo=speaking.UTC)) == "1405/01/01 00:00"
