"""Logs of Sendmail, OpenSMTPD, Haraka and KumoMTA that others keep, and what they say of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from corpora import CORPORA, WHY_NOT, present, read, wrapped

from mailwake.ingest.registry import Registry
from mailwake.sources.api import all_sources

pytestmark = pytest.mark.skipif(not present(), reason=WHY_NOT)
JAIL = CORPORA / "fail2ban"
KUMO = CORPORA / "kumomta"


def test_opensmtpd_of_an_article() -> None:
    rows, account = read(CORPORA / "opensmtpd" / "poolp-article" / "maillog")
    assert (account.unknown_count, [(row.status, row.detail) for row in rows]) == (0, [("Delivered", "Delivered")])


@pytest.mark.parametrize("path", sorted((CORPORA / "wazuh").rglob("opensmtpd.ini")), ids=lambda path: path.parts[-5])
def test_opensmtpd_of_rule_tests(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "mail.log"
    copy.write_text("\n".join(wrapped(path)) + "\n")
    _, account = read(copy)
    assert account.lines > 5
    assert account.unknown_count == 0, list(account.unknown)


def test_haraka_of_its_log_reader() -> None:
    """One line of it is the prompt of a shell."""
    (path,) = (CORPORA / "haraka").rglob("haraka.log")
    _, account = read(path)
    assert account.lines > 20
    assert account.unknown_count <= 1, list(account.unknown)


def jail_cases() -> Iterator[tuple[str, dict[str, Any], str]]:
    """(file, what is expected, line) of the jails about Sendmail."""
    for path in sorted(JAIL.rglob("sendmail-*")):
        expected = None
        for line in path.read_text(errors="surrogateescape").splitlines():
            if line.startswith("# failJSON:"):
                expected = json.loads(line.partition("failJSON:")[2])
            elif line and not line.startswith("#") and expected is not None:
                yield path.name, expected, line
                expected = None


@pytest.mark.parametrize(("name", "expected", "line"), list(jail_cases()))
def test_sendmail_of_jails(name: str, expected: dict[str, Any], line: str, tmp_path: Path) -> None:
    """Every line is known; the address of who is to be locked out is in its fact."""
    copy = tmp_path / name
    copy.write_text(line + "\n", errors="surrogateescape")
    _, account = read(copy)
    assert account.unknown_count == 0
    if not expected.get("match"):
        return
    words = re.match(r"(?:\S+ +){3,4}?\S+ (?P<program>[\w-]+)\[\d+\]: (?P<message>.*)", line)
    assert words is not None
    parser = next(parser for source in all_sources() if (parser := source.parser(words["program"])))
    parsed = parser(words["message"])
    assert parsed is not None
    if "host" in expected:
        fields = parsed[2]
        assert expected["host"] in (fields.get("client_ip"), fields.get("client_name"), fields.get("relay_ip"))


def kumo_records() -> list[str]:
    """Records in its handbook, folded there at the edge of the page."""
    found = []
    for path in sorted(KUMO.rglob("*.blocks.txt")):
        text = path.read_text()
        for match in re.finditer(r'\{"type":"', text):
            joined = text[match.start() :].partition("\n\n")[0].replace("\n", "")
            try:
                record, _ = json.JSONDecoder().raw_decode(joined)
            except ValueError:
                continue
            found.append(orjson.dumps(record).decode())
    return found


def test_kumomta_of_its_handbook() -> None:
    records = kumo_records()
    assert len(records) >= 2
    (source,) = (source for source in all_sources() if source.name == "kumomta")
    for line in records:
        bare = source.split_bare(line)
        assert bare is not None, line
        parser = source.parser(bare.program)
        assert parser is not None
        parsed = parser(bare.message)
        assert parsed is not None, line
        assert parsed[0] == {"Reception": "arrive", "Delivery": "deliver"}.get(json.loads(line)["type"], parsed[0])


def test_header_of_email_log_search() -> None:
    header = (CORPORA / "google" / "EmailLogSearch.header.csv").read_text().strip()
    assert Registry().knows_table(tuple(header.split(",")))
