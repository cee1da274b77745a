"""Real logs of others: nothing crashes, and nearly every line is understood."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpora import CORPORA, WHY_NOT, logs, present, read, wrapped

pytestmark = pytest.mark.skipif(not present(), reason=WHY_NOT)
PARTS = ("postfix", "exim", "proxmox", "crowdsec", "fail2ban", "wazuh", "rspamd")
UNKNOWN = 0.005
"""The share of a part's lines that may be unknown."""

_OWN_TEXT = "the test's Exim configuration writes texts of its own (logwrite)"
GARBLED = {
    "postfix/monozoide+MailLogSentinel/docs/dataset/sample_mail.log": "anonymised word by word: the verbs are gone, too",  # noqa: E501
    "postfix/monozoide+MailLogSentinel/docs/dataset/sample_email_report_output.txt": "a report, not a log",
    "postfix/monozoide+MailLogSentinel/tests/sample_data/logs_ft/mail_sample_ft.log": "made up: `client=` without a queue ID",  # noqa: E501
    "postfix/monozoide+MailLogSentinel/tests/sample_data/logs_en_test/mail_sample_en_test.log": "made up likewise",
    "postfix/modoboa+modoboa/modoboa/maillog/tests/mail.log": "a template: `%(day)s` stands where the date belongs",
    "exim/gvengel+exim_exporter/test/input/1ra7OS-004XaW-CD-H": "a message in the spool, not a log",
    "exim/gvengel+exim_exporter/test/input/1ra7OS-004XaW-CD-D": "a message in the spool, not a log",
    "exim/gvengel+exim_exporter/test/input/1rZeE0-00GmsY-CG-H": "a message in the spool, not a log",
    "exim/gvengel+exim_exporter/test/input/1rZeE0-00GmsY-CG-D": "a message in the spool, not a log",
    "exim/Exim+exim/test/log/5100": "the talk with a simulated LMTP server stands in it",
    **{
        f"exim/Exim+exim/test/log/{name}": _OWN_TEXT
        for name in [
            "0022",
            "0389",
            "0486",
            "0496",
            "0501",
            "0562",
            "0578",
            "0581",
            "0699",
            "1091",
            "1148",
            "2102.openssl_1_1_1",
            "2131",
            "3721",
            "4030",
            "4032",
            "4034",
            "4040",
            "4510",
            "4513",
            "4514",
            "4515",
            "4530",
            "4533",
            "4535",
            "4600",
            "4601",
            "4608",
            "5400",
            "5408",
            "5615",
            "5650",
            "5665",
            "5820",
            "5821",
            "5840",
            "5841",
            "5890",
            "5891",
            "5893",
        ]
    },
}
"""Files that hold something else than what a server writes, each with its reason."""
THEIRS = {
    "crowdsec": ("amavis-logs", "dovecot-logs", "exim-logs", "mailscanner-logs", "postfix-logs", "postscreen-logs"),
    "fail2ban": ("postfix", "exim-spam", "proxmox", "sieve"),
    "wazuh": ("postfix.ini",),
}
"""Of parts with many products: names of the files that are about ours."""


@pytest.mark.pitfall("T19", "T30", "D40")
@pytest.mark.parametrize("part", PARTS)
def test_nothing_crashes(part: str) -> None:
    for path in logs(part):
        _, account = read(CORPORA / path)
        assert not [note for note in account.notes if "failed" in note], path


def clean(path: Path, folder: Path) -> Path:
    """A copy in a temporary folder with the log lines alone; a compressed file as it is."""
    if path.suffix == ".gz":
        return path
    copy = folder / path.name
    copy.write_text("\n".join(wrapped(path)) + "\n", encoding="utf-8", errors="surrogateescape")
    return copy


@pytest.mark.parametrize("part", ["postfix", "exim", "proxmox", *THEIRS])
def test_lines_are_known(part: str, tmp_path: Path) -> None:
    lines = unknown = 0
    shapes: list[str] = []
    for path in logs(part):
        ours = part not in THEIRS or path.name in THEIRS[part] or path.parent.name in THEIRS[part]
        if str(path) in GARBLED or not ours:
            continue
        _, account = read(clean(CORPORA / path, tmp_path))
        lines += account.lines - account.blank
        unknown += account.unknown_count
        shapes += [f"{path}: {shape} x{cluster.count}" for shape, cluster in account.unknown.items()]
    assert lines
    assert unknown <= UNKNOWN * lines, f"{unknown} of {lines} lines are unknown:\n" + "\n".join(shapes[:60])


def test_garbled_files_are_there() -> None:
    """The list names nothing that is gone, and nothing that is understood by now."""
    for name in GARBLED:
        assert (CORPORA / name).is_file(), name


@pytest.mark.pitfall("T01", "D39")
def test_a_template_filled_in(tmp_path: Path) -> None:
    """The template with dates in it is a log like any other."""
    path = CORPORA / "postfix/modoboa+modoboa/modoboa/maillog/tests/mail.log"
    log = tmp_path / "mail.log"
    log.write_text(path.read_text().replace("%(day)s", "Nov 21"))
    rows, account = read(log)
    assert rows
    assert account.unknown_count <= UNKNOWN * account.lines, list(account.unknown)[:20]
