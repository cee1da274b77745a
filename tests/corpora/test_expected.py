"""Expected outputs that others keep beside their test logs, where they speak of the same things as we do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from corpora import CORPORA, WHY_NOT, present, read

from mailwake.events.fact import Fact
from mailwake.ingest.facts import FactReader
from mailwake.sources.postfix import SOURCE

pytestmark = pytest.mark.skipif(not present(), reason=WHY_NOT)
GROK = CORPORA / "postfix" / "whyscream+postfix-grok-patterns" / "test"
HUB = CORPORA / "crowdsec" / "crowdsecurity+hub" / ".tests"
GATEWAY = CORPORA / "proxmox" / "proxmox+pmg-log-tracker" / "tests"


# -- whyscream's grok patterns: one line, and the fields that must come out ------------------------------------------------  # noqa: E501

SAME = {
    "postfix_client_ip": ("client_ip",),
    "postfix_client_port": ("client_port",),
    "postfix_client_hostname": ("client_name",),
    "postfix_relay_ip": ("relay_ip",),
    "postfix_relay_port": ("relay_port",),
    "postfix_relay_hostname": ("relay_host", "relay"),
    "postfix_smtp_stage": ("stage",),
    "postfix_smtpd_lostconn_data": ("text",),
    "postfix_status_code": ("code",),
    "postfix_tls_version": ("version",),
    "postfix_tls_cipher": ("cipher",),
}
"""Their names for what we have, too. What else they pick out is text to us."""
NOT_OURS = {
    "anvil": "statistics are noise",
    "scache": "statistics are noise",
    "command_counter_data": "part of a line",
    "delays": "part of a line",
    "tls_features": "part of a line",
}


def grok_cases() -> list[tuple[str, str, str, dict[str, str]]]:
    """(name, program, message, expected) of every test file; a reader for the little YAML they use."""
    found = []
    for path in sorted(GROK.glob("*.yaml")):
        text = path.read_text()
        pattern = re.search(r"^pattern: .*?POSTFIX_(\w+)", text, re.MULTILINE)
        data = re.search(r"^data: (.*)$", text, re.MULTILINE)
        if pattern is None or data is None or pattern[1].lower() in NOT_OURS:
            continue
        pairs = re.findall(r"^ +(postfix_\w+): *(.*)$", text.partition("results:")[2], re.MULTILINE)
        program = "postfix/" + pattern[1].lower().replace("trivial_rewrite", "trivial-rewrite").replace(
            "script", "postfix-script"
        )
        expected = {name: plain(value) for name, value in pairs}
        found.append((path.stem, program, plain(data[1]), expected))
    return found


def plain(text: str) -> str:
    """A YAML scalar on one line."""
    text = text.strip()
    if text[:1] == '"':
        return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return text[1:-1].replace("''", "'") if text[:1] == "'" else text


@pytest.mark.pitfall("S01", "S04", "S05", "D26", "Q06")
@pytest.mark.parametrize(
    ("program", "message", "expected"), [pytest.param(*case[1:], id=case[0]) for case in grok_cases()]
)
def test_grok_patterns(program: str, message: str, expected: dict[str, str]) -> None:
    parser = SOURCE.parser(program)
    assert parser is not None
    parsed = parser(message)
    assert parsed is not None, message
    _, key, fields = parsed
    assert key == expected.get("postfix_queueid", key).replace("NOQUEUE", "")
    off = {
        name: (value, [fields.get(ours) for ours in SAME[name]])
        for name, value in expected.items()
        if name in SAME
        and any(ours in fields for ours in SAME[name])
        and not any(says(fields.get(ours), value) for ours in SAME[name])
    }
    assert not off


def says(ours: Any, theirs: str) -> bool:
    return ours is not None and (str(ours) == theirs or str(ours).startswith(theirs))


# -- crowdsec's parsers: what they read from a line --------------------------------------------------------------------------  # noqa: E501

_ASSERT = re.compile(r'^results\["s01-parse"\]\["[^"]*"\]\[(\d+)\]\.Evt\.(?:Parsed|Meta)\["(\w+)"\] == "(.*)"$')
THEIR_NAMES = {
    "remote_addr": ("client_ip", "relay_ip"),
    "source_ip": ("client_ip", "relay_ip"),
    "source_user": ("sender", "username"),
    "target_user": ("recipient", "username"),
    "dovecot_remote_ip": ("client_ip",),
    "dovecot_user": ("user", "username"),
}


def hub_lines(name: str) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each log line that they parse, and (name, value) of what they find in it."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in (HUB / name / "parser.assert").read_text().splitlines():
        match = _ASSERT.match(line)
        if match is not None:
            found.setdefault(match[1], []).append((match[2], match[3].replace('\\"', '"').replace("\\\\", "\\")))
    for pairs in found.values():
        yield dict(pairs).get("message", ""), [pair for pair in pairs if pair[0] in THEIR_NAMES and pair[1]]


@pytest.mark.parametrize("name", ["postfix-logs", "postscreen-logs", "exim-logs", "dovecot-logs"])
def test_crowdsec(name: str) -> None:
    facts = [fact for batch in FactReader(HUB / name / f"{name}.log", zone="UTC") for fact in batch.facts]
    assert facts
    wrong = []
    checked = 0
    for message, pairs in hub_lines(name):
        fact = next((fact for fact in facts if message and message in fact.raw), None)
        if fact is None or fact.kind == "note":
            continue
        wrong += [
            (message, theirs, value, said(fact, theirs)) for theirs, value in pairs if not agrees(fact, theirs, value)
        ]
        checked += len(pairs)
    assert checked
    assert not wrong


def said(fact: Fact, theirs: str) -> list[str]:
    return [str(fact.fields[name]) for name in THEIR_NAMES[theirs] if name in fact.fields]


def agrees(fact: Fact, theirs: str, value: str) -> bool:
    ours = said(fact, theirs)
    return not ours or any(one.lower() == value.lower() for one in ours)


# -- Proxmox' log tracker: the fate of each recipient --------------------------------------------------------------------------  # noqa: E501

FATES = {
    "R": "Failed",
    "B": "Failed",
    "Q": "Quarantined",
    "N": "Failed",
    "2": "Delivered",
    "4": "Pending",
    "5": "Failed",
    "A": "Delivered",
}
_TO = re.compile(r"^TO:\w+:\w+:(\w): from <([^>]*)> to <([^>]*)>")


def gold_files() -> list[Path]:
    return sorted(GATEWAY.glob("gold_*.condensed"))


@pytest.mark.pitfall("B14", "B11", "B13")
@pytest.mark.parametrize("gold", gold_files(), ids=lambda path: path.stem)
def test_proxmox_gold(gold: Path) -> None:
    name = gold.stem.removeprefix("gold_")
    log = next(path for path in GATEWAY.glob("test_input_*") if name.endswith(path.name.removeprefix("test_input_")))
    expected = [
        (match[2], match[3], FATES[match[1]]) for match in map(_TO.match, gold.read_text().splitlines()) if match
    ]
    assert expected
    rows, _ = read(log)
    mine = [row for row in rows if row.sender != ""]
    assert sorted((row.sender or "", row.recipient or "", row.status) for row in mine) == sorted(expected)
    assert len({row.trace_id for row in mine}) == 1, "one message"
    assert not [row for row in mine if row.from_ip.startswith("127.")]
