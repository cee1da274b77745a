"""What `source_new` writes. `@NAME@` and its like are replaced."""

from __future__ import annotations

SOURCE = '''"""@NAME@: say here what it is, which versions, and which of its files or documents the grammar follows."""

from __future__ import annotations

from mailwake.events.fact import LineParser
from mailwake.events.pairs import product_of
from mailwake.sources.api import Bare
from @MODULE@ import lines

PARSERS: dict[str, LineParser] = {"@PROGRAM@": lines.parse}
"""Parser of each program, by the name in its tag."""


class _@CLASS@:
    """See `sources.api.Source`."""

    name = "@NAME@"

    def parser(self, program: str) -> LineParser | None:
        return product_of(program, PARSERS)

    def split_bare(self, line: str) -> Bare | None:
        return None  # it has no log file of its own without a syslog header

    def continues(self, line: str) -> bool:
        return False  # a record is one line


SOURCE = _@CLASS@()
'''

LINES = '''"""The lines of @NAME@: an example, to be replaced by what it really logs.

    7F3A: accepted from=<ann@example.com> client=192.0.2.9 size=1200
    7F3A: to=<bob@example.org> sent via mx.example.org[198.51.100.7]: 250 Ok: queued as 9C21
    7F3A: done

Say here which version and which file of its source they are of.
"""

from __future__ import annotations

import re

from mailwake.events.fact import Fields, Parsed
from mailwake.events.pairs import Rule, first_match, noise, trimmed
from mailwake.events.replies import accepted

_ID = r"(?P<id>[0-9A-F]+): "
_STATUS = {"sent": "sent", "failed": "bounced", "delayed": "deferred"}


def _arrive(match: re.Match[str]) -> Parsed:
    fields: Fields = {"sender": match["sender"], "client_ip": match["ip"], "size": int(match["size"])}
    return "arrive", match["id"], fields


def _deliver(match: re.Match[str]) -> Parsed:
    status = _STATUS[match["status"]]
    fields: Fields = {
        "recipient": match["recipient"],
        "relay_host": match["host"],
        "relay_ip": match["ip"],
        "status": status,
        "reply": match["reply"],
    }
    if status == "sent":
        fields.update(disposition="relay", **accepted(match["reply"]))  # the id that the next server gave it
    return "deliver", match["id"], fields


def _remove(match: re.Match[str]) -> Parsed:
    return "remove", match["id"], {}


_RULES: tuple[Rule, ...] = (
    (re.compile(_ID + r"accepted from=<(?P<sender>.*?)> client=(?P<ip>\\S+) size=(?P<size>\\d+)"), _arrive),
    (
        re.compile(
            _ID
            + r"to=<(?P<recipient>.*?)> (?P<status>sent|failed|delayed) "
            + r"via (?P<host>[^\\[ ]+)\\[(?P<ip>[^\\]]+)\\]: (?P<reply>.*)"
        ),
        _deliver,
    ),
    (re.compile(_ID + "done"), _remove),
    (re.compile("statistics: "), noise),
)
"""The first that fits counts. What a line means is said in the words of `mailwake.events.vocabulary`."""


def parse(message: str) -> Parsed | None:
    """Parse one line; None for what is not known."""
    return first_match(_RULES, trimmed(message))
'''

CASES = """[
 {
  "shows": "arrival",
  "program": "@PROGRAM@",
  "message": "7F3A: accepted from=<ann@example.com> client=192.0.2.9 size=1200",
  "kind": "arrive",
  "key": "7F3A",
  "fields": {"sender": "ann@example.com", "client_ip": "192.0.2.9", "size": 1200}
 },
 {
  "shows": "delivery to the next server, which says under which id it goes on there",
  "program": "@PROGRAM@",
  "message": "7F3A: to=<bob@example.org> sent via mx.example.org[198.51.100.7]: 250 Ok: queued as 9C21",
  "kind": "deliver",
  "key": "7F3A",
  "fields": {
   "recipient": "bob@example.org",
   "relay_host": "mx.example.org",
   "relay_ip": "198.51.100.7",
   "status": "sent",
   "reply": "250 Ok: queued as 9C21",
   "disposition": "relay",
   "next_id": "9C21"
  }
 },
 {
  "shows": "the next server refused the recipient",
  "program": "@PROGRAM@",
  "message": "7F3A: to=<eve@example.org> failed via mx.example.org[198.51.100.7]: 550 5.1.1 No such user",
  "kind": "deliver",
  "key": "7F3A",
  "fields": {
   "recipient": "eve@example.org",
   "relay_host": "mx.example.org",
   "relay_ip": "198.51.100.7",
   "status": "bounced",
   "reply": "550 5.1.1 No such user"
  }
 },
 {"shows": "the end", "program": "@PROGRAM@", "message": "7F3A: done", "kind": "remove", "key": "7F3A"},
 {"shows": "statistics", "program": "@PROGRAM@", "message": "statistics: 1 message", "kind": "noise"},
 {"shows": "not known", "program": "@PROGRAM@", "message": "hello", "kind": null}
]
"""

PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "@DISTRIBUTION@"
version = "0.1.0"
description = "@NAME@ logs for Mailwake"
requires-python = ">=3.11"
dependencies = ["mailwake"]

# By this Mailwake finds it, once the package is installed beside it.
[project.entry-points."@GROUP@"]
@NAME@ = "@MODULE@:SOURCE"

[tool.hatch.build.targets.wheel]
packages = ["@MODULE@"]
"""

TESTS = '''"""The golden cases: `mailwake.sources.golden` says what they look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import @MODULE@
import pytest
from mailwake.sources import golden

CASES = golden.cases_in(Path(@MODULE@.__file__).parent / "cases")


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES])
def test_case(case: dict[str, Any]) -> None:
    golden.check(@MODULE@.SOURCE, case)
'''
