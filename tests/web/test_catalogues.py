"""Every text of the pages is in the catalogues, and every catalogue translates every text."""

from __future__ import annotations

import ast
import gettext
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.template.base import Lexer, TokenType
from pydantic import BaseModel, ValidationError

from mailwake.audit.model import LogonType, MailboxType
from mailwake.events.told import Told, words_of
from mailwake.operations.contract import all_operations
from mailwake.operations.parameters import is_list
from mailwake.web import labels, mistakes, words
from mailwake.web.catalogues import LANGUAGES, compile_all
from mailwake.web.controls import _kind
from mailwake.web.pages import PAGES, Page, hints, sentences

TOP = Path(__file__).resolve().parents[2]
PO_FILES = TOP / "mailwake/web/translations"
TEMPLATES = sorted((TOP / "mailwake/web/templates").rglob("*.html"))
MODULES = sorted((TOP / "mailwake/web").rglob("*.py"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+(?:[:!]\w+)?\}")
NAMES = {"Mailwake", "HELO", "TLS", "GUID", "UTF", "OpenAPI"}
"""Words that are the same in every language."""
SHOWN = ("placeholder", "title", "alt", "aria-label", "data-label")
"""Attributes that people read."""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    loader = SourceFileLoader("scripts_catalogues", str(TOP / "scripts/catalogues"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = writes
    return module


@pytest.fixture(scope="module")
def wanted(script: ModuleType) -> Catalog:
    found: Catalog = script.texts()
    return found


def catalogue(language: str) -> Catalog:
    return read_po(io.BytesIO((PO_FILES / f"{language}.po").read_bytes()), locale=language)


def entries(language: str) -> Iterator[tuple[Message, tuple[str, ...], tuple[str, ...]]]:
    """Each message with its texts and its translations."""
    for message in catalogue(language):
        if message.id:
            texts = message.id if isinstance(message.id, list | tuple) else (message.id,)
            strings = message.string if isinstance(message.string, list | tuple) else (message.string or "",)
            yield message, tuple(texts), tuple(strings)


def test_there_is_a_catalogue_for_each_language(script: ModuleType) -> None:
    assert {path.stem for path in PO_FILES.iterdir()} == set(LANGUAGES) == set(script.LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_nothing_else_is_kept(script: ModuleType, wanted: Catalog, language: str) -> None:
    known = catalogue(language)
    assert script.lacks(wanted, known) == []
    assert {message.id for message in known if message.id} == {message.id for message in wanted if message.id}
    assert not known.obsolete
    assert not [message.id for message in known if message.id and message.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_run_changes_nothing(script: ModuleType, language: str) -> None:
    assert script.written(catalogue(language)) == (PO_FILES / f"{language}.po").read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_and_plurals_are_right(language: str) -> None:
    forms = catalogue(language).num_plurals
    for message, texts, strings in entries(language):
        assert len(strings) == (forms if len(texts) == 2 else 1), message.id
        for string in strings:
            assert sorted(PLACEHOLDER.findall(string)) == sorted(PLACEHOLDER.findall(texts[-1])), message.id
            assert "%" not in PLACEHOLDER.sub("", string).replace("%%", ""), message.id
            part = texts[0].startswith(" ")  # of a sentence: languages without blanks between words need none
            part = part or texts[0].startswith(":")  # before which French has a blank
            assert (string.lstrip(" ") if part else string) == string.strip() != "", message.id
            assert string.endswith("…") == texts[0].endswith("…"), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_a_name_stays(language: str) -> None:
    """Names of actions, commands, files and types of record are the same everywhere."""
    names = re.compile(
        r"\b(?:[A-Z]\w+[a-z][A-Z]\w+|setup-code|mailwake(?: \w+)+|lazy_expunge|example\.com|FILE|SID|Unlimited)\b"
    )
    for message, texts, strings in entries(language):
        for name in names.findall(texts[0].replace("mailwake serve printed", "mailwake serve")):
            assert name in strings[0], message.id


def test_no_language_has_a_sentence_of_another() -> None:
    found: dict[object, list[str]] = {}
    for language in LANGUAGES:
        for message, texts, strings in entries(language):
            if len(re.findall(r"[^\W\d_]{2,}", PLACEHOLDER.sub(" ", texts[0]))) > 3:
                found.setdefault(message.id, [texts[0]]).append(strings[0])
    assert [same for same in found.values() if len(set(same)) < len(same)] == []
    assert len(found) > 500


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_compiles(tmp_path: Path, language: str) -> None:
    compile_all(tmp_path)
    with (tmp_path / language / "LC_MESSAGES/django.mo").open("rb") as compiled:
        found = gettext.GNUTranslations(compiled)
    assert found.gettext("Message trace") != "Message trace"
    one, two = (found.ngettext("%(counter)s mailbox", "%(counter)s mailboxes", times) for times in (1, 2))
    assert (one == two) == (language == "zh_Hant")
    assert found.ngettext("%(counter)s row", "%(counter)s rows", 0).startswith("%(counter)s")


@pytest.mark.parametrize(
    ("text", "strings"),
    [
        ("Message trace", ("Meddelandespårning", "Bericht traceren", "Suivi des messages", "郵件追蹤")),
        ("Delivered", ("Levererad", "Bezorgd", "Remis", "已傳遞")),
        ("Failed", ("Misslyckades", "Mislukt", "Échec", "失敗")),
        ("Pending", ("Väntande", "In behandeling", "En attente", "擱置")),
        ("Expanded", ("Expanderad", "Uitgebreid", "Étendu", "已展開")),
        ("Quarantined", ("I karantän", "In quarantaine", "Mis en quarantaine", "已隔離")),
        (
            "Filtered as spam",
            (
                "Filtrerad som skräppost",
                "Gefilterd als spam",
                "Filtré comme courrier indésirable",
                "篩選為垃圾郵件",
            ),
        ),
        ("Getting status", ("Hämtar status", "Status verkrijgen", "Obtention de l’état", "取得狀態")),
    ],
)
def test_exchange_s_own_terms_are_used(text: str, strings: tuple[str, ...]) -> None:
    found = [catalogue(language).get(text) for language in LANGUAGES]
    assert tuple(one.string for one in found if one is not None) == strings


class _Reader(HTMLParser):
    """Collects what people read of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in SHOWN]


def bare_words(template: str) -> list[str]:
    """Words of a template that no catalogue knows: what is left when its tags and translated blocks are gone."""
    kept: list[str] = []
    inside = False
    for token in Lexer(template).tokenize():
        if token.token_type is TokenType.BLOCK and re.match(r"(end)?blocktrans", token.contents):
            inside = not token.contents.startswith("end")
        elif token.token_type is TokenType.TEXT and not inside:
            kept.append(token.contents)
    reader = _Reader()
    reader.feed("".join(kept))
    reader.close()
    return [word for text in reader.found for word in re.findall(r"[^\W\d_]{2,}", text) if word not in NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=[path.name for path in TEMPLATES])
def test_a_template_has_no_bare_words(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert bare_words(re.sub(r"{% block body_class %}.*?{% endblock %}", "", text)) == []


def test_bare_words_are_found() -> None:
    page = (
        '<p title="Here">{% translate "There" %} {{ value }} and</p>'
        '<input placeholder="{% translate \'Name\' %}" aria-label="Say it"{% if x %} checked{% endif %}>'
        "{% blocktranslate %}Not this{% endblocktranslate %} {# nor this #}"
    )
    assert bare_words(page) == ["Here", "and", "Say", "it"]


CALLS = {"_", "gettext", "gettext_lazy", "ngettext", "tell"}


def _constants(node: ast.JoinedStr) -> list[str]:
    return [str(one.value) for one in node.values if isinstance(one, ast.Constant)]


def bare_phrases(source: str) -> list[str]:
    """Phrases of a module, of two words or more, that are not documentation, keys or marked for translation."""
    tree = ast.parse(source)
    known: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            known.add(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
            known.update(ast.walk(node))
        elif isinstance(node, ast.Dict):
            known.update(key for key in node.keys if key is not None)
    texts: list[object] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and any("<" in one for one in _constants(node)):
            reader = _Reader()  # of markup, what people read
            reader.feed("0".join(_constants(node)))
            reader.close()
            texts += reader.found
            known.update(one for one in node.values if isinstance(one, ast.Constant))
    texts += [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in known]
    return [text for text in texts if isinstance(text, str) and re.search(r"[^\W\d_]{2,} [^\W\d_]{2,}", text)]


@pytest.mark.parametrize("path", MODULES, ids=[path.stem for path in MODULES])
def test_a_module_has_no_bare_phrases(path: Path) -> None:
    assert bare_phrases(path.read_text(encoding="utf-8")) == []


def test_bare_phrases_are_found() -> None:
    source = '"""About it."""\na = _("marked text")\nb = f"bare {a} bare text"\nc = {"key": "more bare text"}'
    assert bare_phrases(source) == [" bare text", "more bare text"]
    markup = 'a = f\'<td class="two words" title="{x}">{y} bare text</td><i title="more bare text">\''
    assert bare_phrases(markup) == ["0 bare text", "more bare text"]


def test_texts_of_a_template_are_collected(script: ModuleType) -> None:
    page = (
        '{% translate "One" %}{{ x|default:_("Two") }}'
        "{% blocktranslate count counter=n %}a{% plural %}b{% endblocktranslate %}"
    )
    assert script.in_template(page) == ["One", "Two", ("a", "b")]


def test_templates_are_collected_also_within_others(script: ModuleType) -> None:
    source = 'x = tell("a {b}", b=tell("c" "d"))\ny = tell(a) if tell("e") else room.tell()\n"""tell("no")"""'
    assert script.told(source) == [(1, "a {b}"), (1, "cd"), (2, "e")]


def test_descriptions_of_inputs_are_texts(wanted: Catalog) -> None:
    assert len(hints()) > 20
    assert [text for text in (*hints(), *sentences()) if text not in wanted] == []


def test_words_of_closed_sets_have_labels() -> None:
    kinds = {one.value for kind in (LogonType, MailboxType) for one in kind}
    assert kinds <= set(labels.LABELS)


def test_every_event_of_a_story_has_words() -> None:
    """Events are the first literal of a step or draft in mailwake/trace: see `Step.event`."""
    sources = "".join(path.read_text() for path in (TOP / "mailwake/trace").glob("story_*.py"))
    found = set(re.findall(r'\bDraft\(\s*\w+,\s*"([A-Z][\w ]+)"', sources))
    assert {"Receive", "Note", "Report"} <= found
    assert found - set(words.EVENTS) - NAMES == set()


def test_every_template_is_a_text(wanted: Catalog) -> None:
    """Whatever room it is told in: one that nobody reads for the catalogues would stay English."""
    known = {"", *(message.id for message in wanted if isinstance(message.id, str))}
    lacking = {
        f"{path.relative_to(TOP)}: {node.args[0].value}"
        for path in (TOP / "mailwake").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tell"
        if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value not in known
    }
    assert lacking == set()


def test_kinds_of_mistakes_are_texts(wanted: Catalog) -> None:
    assert [kind for kind, text in mistakes.TEXTS.items() if _source(text) not in wanted] == []


TYPED = ("x", "-1", "9" * 20, "1.5", "nan", "2026-13-45", "99:99:99", "a=b", "12 PB", "@", "x" * 100_000)
"""What somebody may type into any control."""


def test_every_mistake_that_can_be_typed_has_words() -> None:
    """Pydantic's own English is for programs."""
    bare, seen = set(), set()
    for operation in all_operations().values():
        for name, info in operation.input.model_fields.items():
            for text in TYPED:
                try:
                    operation.input.model_validate({name: (text,) if is_list(info) else text})
                except ValidationError as error:
                    for one in error.errors():
                        seen.add(one["type"])
                        ours = one["type"] == "value_error" and isinstance(words_of(one["ctx"]["error"]), Told)
                        if one["type"] not in mistakes.TEXTS and not ours:
                            bare.add(f"{operation.name} {name}: {one['msg']}")
    assert bare == set()
    assert {"value_error", "int_parsing", "enum"} <= seen


def _source(lazy: object) -> str:
    """The English text of a lazy translation."""
    return str(getattr(lazy, "_args")[0])  # noqa: B009 - Django's, see django.utils.functional.lazy


def _named(model: type[BaseModel], names: tuple[str, ...]) -> set[str]:
    return {model.model_fields[name].alias or name for name in names}


@pytest.mark.parametrize("page", PAGES.values(), ids=[*PAGES])
def test_every_control_and_column_has_a_label(page: Page) -> None:
    operation = all_operations()[page.operation]
    names = _named(operation.input, page.fields)
    names |= _named(operation.output, tuple(operation.output.model_fields))
    assert names - set(labels.LABELS) == set()


@pytest.mark.parametrize("page", PAGES.values(), ids=[*PAGES])
def test_every_choice_has_a_label(page: Page) -> None:
    fields = all_operations()[page.operation].input.model_fields
    words = {word for name in page.fields for word, _ in _kind(fields[name])[1]}
    assert words - set(labels.LABELS) == set()


_ASK = """
import sys
from django.conf import settings
settings.configure(USE_I18N=True, LOCALE_PATHS=[sys.argv[1]], LANGUAGES=[("en", ""), ("sv", ""), ("zh-hant", "")])
import django
django.setup()
from django.utils.translation import override
from pydantic import BaseModel, ValidationError
from mailwake.audit.model import LogonType, MailboxType
from mailwake.operations.contract import all_operations
from mailwake.web.controls import controls
from mailwake.web.mistakes import mistakes
from mailwake.web.pages import PAGES

class Asked(BaseModel):
    times: int
    least: int = 5

model = all_operations()["audit-explain"].input
for language in ("en", "sv", "zh-hant"):
    with override(language):
        one = controls(model, PAGES["explain"].fields, {}, {})[3]
        print(one.label, one.hint, one.choices[1][1], sep="|")
        try:
            Asked(times="x")
        except ValidationError as error:
            print(mistakes(Asked, error)["times"])
"""


def test_controls_speak_the_reader_s_language(tmp_path: Path) -> None:
    compile_all(tmp_path)
    line = [sys.executable, "-c", _ASK, str(tmp_path)]
    done = subprocess.run(line, cwd=TOP, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.splitlines() == [
        "Logon type|As whom; when left out, Owner for the mailbox's own account and Delegate for others.|Delegate",
        "This is no whole number.",
        "Inloggningstyp|Som vem; om inget anges Owner för postlådans eget konto och Delegate för andra.|Ombud",
        "Det här är inte ett heltal.",
        "登入類型|以何種身分；若未指定，信箱本身的帳戶為 Owner，其他人為 Delegate。|代理人",
        "這不是整數。",
    ]
