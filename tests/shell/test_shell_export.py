"""Export-Csv: what it writes, and where it does not."""

from __future__ import annotations

import csv
import stat
from pathlib import Path

import pytest
from shell_fakes import said, shell

from mailwake.shell import ExitCode, ExportPolicy


def _run(text: str, folder: Path, **options: bool) -> str:
    return said(text, export=ExportPolicy(folder=folder, **options))


def test_rows(tmp_path: Path) -> None:
    assert _run("Get-MessageTraceV2 -Status Failed | Export-Csv failed.csv -NoTypeInformation", tmp_path) == ""
    with (tmp_path / "failed.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Subject"] for row in rows] == ["Offer 1", "Re: offer 4, again"]
    assert rows[0]["Received"] == "11/25/2026 9:15:00 AM"
    assert rows[0]["ToIP"] == ""


def test_lists_and_quotes(tmp_path: Path) -> None:
    _run("[pscustomobject]@{A='say \"x\"'; B=1,2} | Export-Csv a.csv", tmp_path)
    assert (tmp_path / "a.csv").read_bytes() == b'"A","B"\r\n"say ""x""","1, 2"\r\n'


def test_append_keeps_the_columns(tmp_path: Path) -> None:
    _run(
        "[pscustomobject]@{A=1; B=2} | Export-Csv a.csv; [pscustomobject]@{B=4; C=5} | Export-Csv a.csv -Append",
        tmp_path,
    )
    assert (tmp_path / "a.csv").read_text().split() == ['"A","B"', '"1","2"', ',"4"']


@pytest.mark.parametrize(("name", "encoding"), [("Unicode", "utf-16"), ("UTF8BOM", "utf-8-sig"), ("utf8", "utf-8")])
def test_encodings(tmp_path: Path, name: str, encoding: str) -> None:
    text = f"[pscustomobject]@{{A='å'}} | Export-Csv a.csv -Encoding {name}; "
    text += f"[pscustomobject]@{{A='ö'}} | Export-Csv a.csv -Append -Encoding {name}"
    assert _run(text, tmp_path) == ""
    assert (tmp_path / "a.csv").read_bytes().decode(encoding).split() == ['"A"', '"å"', '"ö"']


def test_delimiter(tmp_path: Path) -> None:
    _run("[pscustomobject]@{A=1; B=2} | Export-Csv a.csv -Delimiter ';'", tmp_path)
    assert (tmp_path / "a.csv").read_text().splitlines()[0] == '"A";"B"'


def test_only_its_owner_and_group_read_a_new_file(tmp_path: Path) -> None:
    _run("1 | Select-Object Length | Export-Csv a.csv", tmp_path)
    assert stat.S_IMODE((tmp_path / "a.csv").stat().st_mode) == 0o640


def test_a_failing_pipeline_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("before")
    _run("Get-MessageTraceV2 | % { if ($_.Status -eq 'Pending') { throw 'no' }; $_ } | Export-Csv a.csv", tmp_path)
    assert (tmp_path / "a.csv").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("a.exe", "its name must end in one of .csv, .tsv, .txt"),
        ("sub/a.csv", "its folder does not exist"),
        ("../a.csv", "files go into"),
        ("/dev/null.csv", "files go into"),
        ("C:\\temp\\a.csv", "there are no drives here"),
        ("folder.csv", "something that is not a file is there"),
        ("link.csv", "something that is not a file is there"),
    ],
)
def test_odd_places(tmp_path: Path, path: str, why: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "link.csv").symlink_to("/etc/hosts")
    told = _run(f"1 | Export-Csv '{path}'", tmp_path)
    assert f"The file '{path}' was not written: {why}" in told


def test_paths_as_on_windows(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    assert _run("1 | Select-Object Length | Export-Csv .\\sub\\a.csv", tmp_path) == ""
    assert (tmp_path / "sub" / "a.csv").exists()


def test_no_devices() -> None:
    assert "that is no place for files" in said("1 | Export-Csv /dev/x.csv")


def test_no_clobber(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("before")
    assert "already exists" in _run("1 | Export-Csv a.csv -NoClobber", tmp_path)
    assert (tmp_path / "a.csv").read_text() == "before"


def test_what_if_writes_nothing(tmp_path: Path) -> None:
    assert _run("1 | Export-Csv a.csv -WhatIf", tmp_path).startswith("What if: ")
    assert not list(tmp_path.iterdir())


def test_switched_off(tmp_path: Path) -> None:
    session, out = shell(export=ExportPolicy(enabled=False, folder=tmp_path))
    assert session.run("1 | Export-Csv a.csv") == ExitCode.ERRORS
    assert "Export-Csv is switched off here." in out.getvalue()
    assert not list(tmp_path.iterdir())
