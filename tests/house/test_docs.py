"""Documents keep their promises: every command and dependency is told of, links lead somewhere, recipes work."""

from __future__ import annotations

import importlib
import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import mailwake.sources
from mailwake.cli import commands

TOP = Path(__file__).parents[2]
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())
PAGES = sorted([*TOP.glob("*.md"), *TOP.glob("docs/**/*.md"), *TOP.glob("bench/*.md")])
PAGE_NAMES = [str(path.relative_to(TOP)) for path in PAGES]
README = (TOP / "README.md").read_text()
EXAMPLES = dict(re.findall(r"^\$ mailwake (.*)\n((?:(?!\$ |```).*\n)*)", README, re.MULTILINE))
DECISIONS = sorted((TOP / "docs" / "decisions").glob("[0-9]*.md"))

_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_NAMED_PATH = re.compile(r"`((?:mailwake|tests|bench|scripts|docs)/[\w./-]+)`")
_FILE_IN_TEXT = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _anchors(page: Path) -> set[str]:
    """The names that headings get."""
    headings = re.findall(r"^#+ (.*)$", _FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", commands.names())
def test_command_is_documented(name: str) -> None:
    told = [path for path in PAGES if re.search(rf"(?:mailwake|\./run) {name}\b", path.read_text())]
    assert [path for path in told if path.name != "CHANGELOG.md"], f"no page tells of mailwake {name}"


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    dead = []
    for link in _LINK.findall(_FENCE.sub("", page.read_text())):
        if "://" in link or link.startswith("mailto:"):
            continue
        target, _, anchor = link.partition("#")
        file = page.parent / target if target else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            dead.append(link)
    assert not dead


@pytest.mark.parametrize("page", PAGES, ids=PAGE_NAMES)
def test_named_files_exist(page: Path) -> None:
    named = set(_NAMED_PATH.findall(_FENCE.sub("", page.read_text())))
    example = set(_FILE_IN_TEXT.findall(page.read_text()) and ["mailwake/sources/mymta/"])
    assert not {name for name in named - example if not (TOP / name).exists()}


def test_every_direct_dependency_has_its_line() -> None:
    told = set(re.findall(r"^\| ([\w.-]+) \|", (TOP / "docs" / "dependencies.md").read_text(), re.MULTILINE))
    asked_for = {*PROJECT["project"]["dependencies"]}
    for group in PROJECT["dependency-groups"].values():
        asked_for.update(group)
    assert told - {"package"} == {re.split(r"[^\w.-]", name)[0] for name in asked_for}


def test_every_decision_is_listed_and_complete() -> None:
    listed = _LINK.findall((TOP / "docs" / "decisions" / "README.md").read_text())
    assert listed == [path.name for path in DECISIONS]
    for path in DECISIONS:
        headings = re.findall(r"^## (.*)$", path.read_text(), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"], path.name
        assert path.read_text().startswith(f"# {path.name[:4]}: ")


def test_recipe_for_a_source_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files that CONTRIBUTING.md has one write are a source, and its cases hold."""
    from tests.test_source_cases import test_case as check

    files = dict(_FILE_IN_TEXT.findall((TOP / "CONTRIBUTING.md").read_text()))
    room = "mailwake/sources/"
    for name, text in files.items():
        assert name.startswith(room)
        path = tmp_path / name.removeprefix(room)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.setattr(mailwake.sources, "__path__", [*mailwake.sources.__path__, str(tmp_path)])
    try:
        source = importlib.import_module("mailwake.sources.mymta").SOURCE
        for case in json.loads((tmp_path / "mymta" / "cases" / "messages.json").read_text()):
            check(source, case)
    finally:
        for name in [name for name in sys.modules if name.startswith("mailwake.sources.mymta")]:
            del sys.modules[name]
        vars(mailwake.sources).pop("mymta", None)


def _mailwake(*words: str) -> str:
    command = [sys.executable, "-m", "mailwake", *words]
    return subprocess.run(command, cwd=TOP, capture_output=True, check=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("command", EXAMPLES)
def test_example_in_readme_is_true(command: str) -> None:
    """Whatever columns a narrow terminal cuts off: each shown line's cells stand in one line of the real output."""
    lines = _mailwake(*shlex.split(command)).splitlines()
    for shown in EXAMPLES[command].splitlines():
        if not shown or shown == "...":
            continue
        cells = [cell.partition("…")[0] for cell in re.split(r"\s{2,}", shown.strip())]
        assert any(all(cell in line for cell in cells) for line in lines), shown


def test_probe_in_readme_gives_what_it_says(tmp_path: Path) -> None:
    block = re.search(r"^```\n(Nov 21 .*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert block is not None
    (tmp_path / "mail.log").write_text(block[1])
    rows = json.loads(_mailwake("trace", "--in", str(tmp_path / "mail.log"), "--json"))
    told = {(row["SenderAddress"], row["RecipientAddress"], row["Status"], row["FromIP"]) for row in rows}
    assert told == {
        ("bob@corp.example", "x@remote.example", "Delivered", "192.0.2.9"),
        ("bob@corp.example", "y@remote2.example", "Delivered", "192.0.2.9"),
    }
    assert len({row["MessageTraceId"] for row in rows}) == 1
