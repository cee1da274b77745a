"""`unknown`, `doctor`, `rebuild`, `demo`: what their operations find is shown, and comes to the right exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from memory import MemoryBackend, row

from mailwake.cli.main import run
from mailwake.ingest.account import Account, Cluster
from mailwake.operations import demo, doctor, opening, rebuild, unknown

SHAPES = [("postfix/odd: strange {N}", Cluster(1200, ["odd \udce9 1\x1b", "odd 2"])), ("other", Cluster(1, ["other"]))]


def test_unknown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(unknown, "unknown", lambda data_dir: SHAPES)
    assert run(["unknown", "--limit", "1"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["     1,200  postfix/odd: strange {N}", r"            odd \xe9 1\x1b"]
    assert captured.err == "1,201 unknown lines of 2 shapes; shown are 1.\n"
    assert run(["unknown", "--json"]) == 0
    first = json.loads(capsys.readouterr().out)[0]
    assert first == {"Shape": SHAPES[0][0], "Count": 1200, "Samples": ["odd \\xe9 1\x1b", "odd 2"]}


def test_nothing_unknown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(unknown, "unknown", lambda data_dir: [])
    assert run(["unknown", "--json"]) == 1
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize(("tones", "code"), [(("good",), 0), (("good", "wait"), 0), (("wait", "bad"), 3)])
def test_doctor(
    tones: tuple[str, ...], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(doctor, "run", lambda data_dir: [doctor.Finding(tone, "text", "do this") for tone in tones])
    assert run(["doctor"]) == code
    assert capsys.readouterr().out.count("text\n       do this\n") == len(tones)


def test_rebuild(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(rebuild, "run", lambda data_dir, progress: rebuild.Rebuilt(12_345, 678))
    assert run(["rebuild"]) == 0
    assert capsys.readouterr().out == "Computed 678 rows from 12,345 facts.\n"
    assert run(["rebuild", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


def test_demo(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[Any] = []

    def open_backend(data_dir: Path, *_: object) -> MemoryBackend:
        seen.append(data_dir)
        return MemoryBackend([row(number) for number in range(30)])

    monkeypatch.setattr(opening, "open_backend", open_backend)
    made = demo.Demo(Account(files=1, lines=9, recognised=9), Path("there"), (("show", "4F3A2B1C0D"),))
    monkeypatch.setattr(demo, "run", lambda data_dir, progress: made)
    assert run(["demo"]) == 0
    captured = capsys.readouterr()
    assert seen == [Path("there")]
    assert "$ mailwake --data-dir there trace --limit 20" in captured.out
    assert captured.out.endswith("To try next:\n  mailwake --data-dir there show 4F3A2B1C0D\n")
    assert "mailwake --data-dir there trace --limit 20 --cursor " in captured.err
