"""`mailwake source`: beginnings of sources work as they are written, and packages bring sources of their own."""

# ruff: noqa: E501
from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import mailwake.sources
from mailwake.cli.main import run
from mailwake.sources import api, golden

TOP = Path(__file__).parents[2]
LINES = (
    "2026-11-21T10:00:00+00:00 mx acme-smtpd[70]: 7F3A: accepted from=<ann@example.com> client=192.0.2.9 size=1200\n"
    "2026-11-21T10:00:01+00:00 mx acme-smtpd[70]: 7F3A: to=<bob@example.org> sent via mx.example.org[198.51.100.7]: 250 Ok\n"
    "2026-11-21T10:00:01+00:00 mx acme-smtpd[70]: 7F3A: done\n"
)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """Sources are looked for once in a process: look again, here and after this test."""
    _forget()
    yield
    _forget()


def _forget() -> None:
    for kept in (api.found, api.all_sources, api.parser_for):
        kept.cache_clear()
    importlib.invalidate_caches()


def _install(place: Path, package: Path, name: str, value: str) -> None:
    """Lay down what an installer does for a package that lies elsewhere."""
    info = place / f"{package.name.replace('-', '_')}-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package.name}\nVersion: 0.1.0\n")
    (info / "entry_points.txt").write_text(f"[{api.GROUP}]\n{name} = {value}\n")


def _mailwake(*words: str, path: list[Path], cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [TOP, *path]))}
    command = [sys.executable, "-m", "mailwake", *words]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_folder_of_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    room = tmp_path / "mailwake" / "sources"
    room.mkdir(parents=True)
    (room / "api.py").write_text("")
    assert run(["source", "new", "acme_mail", "--program", "acme-smtpd", "--folder", str(tmp_path)]) == 0
    out, err = capsys.readouterr()
    assert [Path(line).name for line in out.split()] == ["__init__.py", "lines.py", "messages.json"]
    assert "-k acme_mail" in err
    monkeypatch.setattr(mailwake.sources, "__path__", [*mailwake.sources.__path__, str(room)])
    try:
        source = importlib.import_module("mailwake.sources.acme_mail").SOURCE
        assert isinstance(source, api.Source)
        assert source.name == "acme_mail"
        assert source.parser("no-such-program-at-all") is None
        cases = golden.cases_in(room / "acme_mail" / "cases")
        assert len(cases) == 6
        for _, case in cases:
            golden.check(source, case)
    finally:
        for name in [name for name in sys.modules if name.startswith("mailwake.sources.acme_mail")]:
            del sys.modules[name]
        vars(mailwake.sources).pop("acme_mail", None)


def test_package_of_its_own(tmp_path: Path) -> None:
    """From nothing to a trace of its log: begun, installed, listed, its tests run, its lines understood."""
    made = _mailwake("source", "new", "acme_mail", "--program", "acme-smtpd", path=[], cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    package = tmp_path / "mailwake-acme-mail"
    project = (package / "pyproject.toml").read_text()
    assert f'[project.entry-points."{api.GROUP}"]\nacme_mail = "mailwake_acme_mail:SOURCE"' in project
    site = tmp_path / "site"
    _install(site, package, "acme_mail", "mailwake_acme_mail:SOURCE")
    listed = _mailwake("source", "list", path=[package, site], cwd=tmp_path).stdout
    assert "acme_mail        mailwake-acme-mail 0.1.0\n" in listed
    (tmp_path / "mail.log").write_text(LINES)
    found = _mailwake("trace", "--in", "mail.log", "--json", path=[package, site], cwd=tmp_path)
    rows = json.loads(found.stdout)
    assert [(row["SenderAddress"], row["RecipientAddress"], row["Status"]) for row in rows] == [
        ("ann@example.com", "bob@example.org", "Delivered")
    ]
    assert _mailwake("trace", "--in", "mail.log", "--json", path=[], cwd=tmp_path).returncode == 1
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(package), str(package)]
    env = {**os.environ, "PYTHONPATH": f"{TOP}{os.pathsep}{package}"}
    ran = subprocess.run(tests, env=env, cwd=package, capture_output=True, text=True, timeout=120, check=False)
    assert "6 passed" in ran.stdout, ran.stdout + ran.stderr


def test_begun_source_is_tidy(tmp_path: Path) -> None:
    made = _mailwake("source", "new", "acme_mail", path=[], cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    ruff = [sys.executable, "-m", "ruff"]
    for words in (["check", "--select", "E,F,B,UP"], ["format", "--check"]):
        command = [*ruff, *words, "--isolated", "--no-cache", "--config", "line-length=120", "mailwake-acme-mail"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise RuntimeError('no such library')", "RuntimeError: no such library"),
        ("SOURCE = 7", "is no source"),
        ("class SOURCE:\n name = 'x'\n parser = split_bare = continues = None", "is no source"),
        ("nothing = 1", "AttributeError"),
    ],
)
def test_broken_package_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: str, said: str
) -> None:
    (tmp_path / "acme_broken.py").write_text(code + "\n")
    _install(tmp_path, Path("acme-broken"), "acme", "acme_broken:SOURCE")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "acme_broken", raising=False)
    assert run(["source", "list"]) == 0
    out, err = capsys.readouterr()
    assert "postfix" in out
    assert "acme of package acme-broken 0.1.0 cannot be used" in err and said in err
    assert api.parser_for("postfix/smtpd") is not None
    (tmp_path / "mail.log").write_text(LINES)
    assert run(["--data-dir", str(tmp_path / "data"), "import", "--quiet", str(tmp_path / "mail.log")]) == 0
    assert said in capsys.readouterr().err
    assert run(["--data-dir", str(tmp_path / "data"), "doctor"]) == 3
    assert said in capsys.readouterr().out
    monkeypatch.delitem(sys.modules, "acme_broken", raising=False)


def test_package_is_asked_first_but_cannot_take_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "class _Source:\n"
        "    def __init__(self, name): self.name = name\n"
        "    def parser(self, program): return (lambda message: ('note', '', {'text': 'mine'})) if program == 'exim' else None\n"
        "    def split_bare(self, line): return None\n"
        "    def continues(self, line): return False\n"
        "BETTER, TAKEN = _Source('better'), _Source('exim')\n"
    )
    (tmp_path / "acme_better.py").write_text(code)
    _install(tmp_path, Path("acme-better"), "better", "acme_better:BETTER\ntaken = acme_better:TAKEN")
    monkeypatch.syspath_prepend(tmp_path)
    parser = api.parser_for("exim")
    assert parser is not None
    assert parser("anything") == ("note", "", {"text": "mine"})
    assert [fault.rpartition(": ")[2] for fault in api.found()[1]] == ["there is a source named exim already"]
    monkeypatch.delitem(sys.modules, "acme_better", raising=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["9mail"], "9mail cannot name a source"),
        (["Acme"], "Acme cannot name a source"),
        (["class"], "class cannot name a source"),
        (["../up"], "../up cannot name a source"),
        (["postfix"], "there is a source named postfix already"),
        (["acme", "--program", "a b"], "a b cannot be the tag of a program"),
    ],
)
def test_what_cannot_be_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["source", "new", *words]) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_nothing_is_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["source", "new", "acme"]) == 0
    file = tmp_path / "mailwake-acme" / "mailwake_acme" / "lines.py"
    file.write_text("# mine\n")
    capsys.readouterr()
    assert run(["source", "new", "acme"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert file.read_text() == "# mine\n"
