"""Every scenario of the lab comes out right: alone and all together, its log files apart and in one piece."""

from __future__ import annotations

from pathlib import Path

import pytest
from prose import COPIES, EXTRA, INSTEAD, PROSE
from truth import Rows, TruthRow, differences, lab_folder, load, parse, scenarios, sections, unpack

LAB = lab_folder()
needs_lab = pytest.mark.skipif(LAB is None, reason="the shared lab folder is not here (set MAILWAKE_SHARED)")


def expected(name: str) -> list[TruthRow]:
    """What a trace of this scenario must show: the truth file, corrected by what its log proves."""
    if name in INSTEAD:
        return INSTEAD[name]
    if name in PROSE:
        return PROSE[name]
    rows = load(name)
    if rows is None:
        assert name.startswith("imap-"), f"{name} has no machine-readable truth and no rows in prose.py"
        return []  # sessions in a mailbox: items were touched, no message was delivered
    return [*rows, *EXTRA.get(name, [])]


@needs_lab
@pytest.mark.parametrize("name", scenarios())
def test_scenario(name: str, trace: Rows, tmp_path: Path) -> None:
    found = differences(expected(name), trace(unpack(name, tmp_path)))
    assert not found, f"{name}:\n" + "\n".join(found)


@needs_lab
@pytest.mark.parametrize("name", scenarios())
def test_scenario_in_one_piece(name: str, trace: Rows) -> None:
    """As `tail -f` of several files writes it: `==> file <==` between the parts."""
    assert LAB is not None
    found = differences(expected(name), trace([LAB / f"{name}.log"]))
    assert not found, f"{name}:\n" + "\n".join(found)


@needs_lab
def test_all_scenarios_together(trace: Rows, tmp_path: Path) -> None:
    paths = [path for name in scenarios() for path in unpack(name, tmp_path)]
    every = [row for name in scenarios() if name not in COPIES for row in expected(name)]
    found = differences(every, trace(paths))
    assert not found, f"{len(found)} differences:\n" + "\n".join(found)


@needs_lab
def test_every_truth_can_be_read() -> None:
    assert LAB is not None
    names = scenarios()
    assert names
    for name in names:
        assert all(isinstance(row, TruthRow) for row in expected(name)), name
    present = {*PROSE, *EXTRA, *INSTEAD} & set(names)
    assert all(sections((LAB / f"{name}.log").read_text(errors="replace")) for name in present)


def test_truth_words_and_remarks() -> None:
    rows = parse(
        '## Machine-readable\n\n```json\n[{"sender": "A@x.test (was b@x.test)", "rcpt": "j@x.test (bcc)", "final_rcpt":'
        ' "j@x.test / Junk", "status": "Delivered", "why": ""}, {"sender": "<>", "rcpt": "c@x.test", "final_rcpt": "-",'
        ' "status": "Deleted by admin", "why": ""}, {"sender": "-", "rcpt": "-", "final_rcpt": "-", "status":'
        ' "no mail", "why": ""}]\n```\n'
    )
    assert rows == [
        TruthRow("A@x.test", "j@x.test", "j@x.test", "Delivered", None, "Junk"),
        TruthRow("", "c@x.test", None, "Failed", "Deleted"),
    ]


def test_differences_are_a_multiset_comparison() -> None:
    row = {
        "SenderAddress": None,
        "OriginalRecipientAddress": "Alice@corp.test",
        "RecipientAddress": "alice@corp.test",
        "Status": "Delivered",
        "StatusDetail": "Delivered",
    }
    null = {**row, "SenderAddress": "<>"}
    want = TruthRow("", "alice@corp.test", "alice@corp.test", "Delivered")
    assert differences([want], [null]) == []
    assert len(differences([want, want], [null])) == 1, "twice expected, once found"
    assert len(differences([want], [null, null])) == 1, "once expected, twice found"
    assert differences([want], [row])[0].startswith("missing"), "an unknown sender is not the null sender"
    assert differences([want._replace(sender=None)], [row]) == []
    assert "nearest: status: found 'Delivered'" in differences([want._replace(status="Failed")], [null])[0]
