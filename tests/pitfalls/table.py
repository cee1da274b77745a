"""Which test proves which row of the pitfalls table: `python -m tests.pitfalls.table` writes docs/pitfalls.md.

Proofs are found where they are: tests marked `@pytest.mark.pitfall("S06")` or named `test_T05_...`, and golden cases of
the sources and of the headers whose `shows` names the row. What remains is said here.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).resolve().parents[2]
PAGE = TOP / "docs" / "pitfalls.md"
_ROW = re.compile(r"\b(EX\d|[TQSBDERKWA]\d\d)\b")
_NAMED = re.compile(r"test_([TQSBDER]\d\d)_")

NOT_OURS = {
    "D37": "what came back stands in the message, which no log shows; the bounce is a message of its own",
    "R08": "records of the mail flow are kept; what auditing lets go of are whole records",
}
"""Rows that are about something else, each with the reason."""

_EXCHANGE = "tests/trace/test_exchange.py::"
_OBSERVE = "tests/audit/observe/test_shapes.py::"
ALSO: dict[str, tuple[str, ...]] = {
    "Q09": (
        _EXCHANGE + "test_exchange_2010_has_no_network_message_id",
        _EXCHANGE + "test_edge_postfix_then_exchange_by_the_number_in_its_reply",
        _EXCHANGE + "test_edge_postfix_then_exchange_by_message_id",
    ),
    "EX1": (_EXCHANGE + "test_shadow_copies_and_safety_net_are_no_mail",),
    "EX2": (
        _EXCHANGE + "test_groups_within_groups_expanded_on_another_server",
        _EXCHANGE + "test_resolved_to_another_address",
        _EXCHANGE + "test_redirected_and_kept_too",
    ),
    "EX3": (_EXCHANGE + "test_two_servers_each_recipient_by_itself",),
    "EX4": (_EXCHANGE + "test_within_one_server",),
    "EX5": (
        _EXCHANGE + "test_exchange_2010_has_no_network_message_id",
        _EXCHANGE + "test_rows_that_a_shipper_sent_without_their_header",
    ),
    "EX6": (
        _EXCHANGE + "test_notification_is_a_child",
        _EXCHANGE + "test_notification_told_of_by_its_original",
    ),
    "EX7": (_EXCHANGE + "test_group_with_one_member_that_fails",),
    "EX8": (_EXCHANGE + "test_a_message_id_that_the_server_gives_it",),
    "A01": (
        "tests/audit/policy/test_aggregate.py::test_items_within_two_minutes_are_one_record",
        "tests/audit/policy/test_aggregate.py::test_a_sync_is_one_record_a_folder_and_hour",
        "tests/audit/policy/test_aggregate.py::test_more_than_1000_records_in_a_day_stop_access_records_for_a_day",
    ),
    "A02": (
        _OBSERVE + "test_lazy_expunge",
        _OBSERVE + "test_copies_and_moves_of_one_second_into_one_folder",
        _OBSERVE + "test_a_mark_taken_back_is_nothing",
    ),
    "A03": (_OBSERVE + "test_long_names_are_cut_in_the_text_only",),
    "A04": (_OBSERVE + "test_doveadm", _OBSERVE + "test_nobody_acts_in_a_delivery"),
    "A05": (_OBSERVE + "test_usual_prefixes_that_nobody_named", _OBSERVE + "test_default_format_with_a_login_event"),
    "A06": (_OBSERVE + "test_failed_logins",),
    "A07": (
        _OBSERVE + "test_uid_that_comes_again_in_a_folder_made_anew",
        "tests/audit/pipeline/test_imports.py::test_names_follow_a_rename",
    ),
    "A08": (_OBSERVE + "test_what_the_server_removes_by_itself", _OBSERVE + "test_nobody_acts_in_a_delivery"),
    "R10": (
        "tests/roles/test_roles_scope.py::test_lists_and_counts_are_of_the_scope",
        "tests/roles/test_roles_pages.py::test_outside_is_as_not_there",
    ),
    **dict.fromkeys(("T02", "T03", "T04"), ("tests/ingest/test_calendar.py::test_years",)),
    "B08": ("tests/test_source_cases.py::test_case",),
    "R03": ("tests/cli/test_trace_command.py::test_paging_gives_every_row_once",),
    "S14": ("tests/trace/test_story.py::test_greylisting_joins_the_attempts",),
    "T22": ("tests/trace/test_story.py::test_skewed_clocks_give_no_negative_delays",),
    "T32": ("tests/ingest/test_headers.py::test_header_shape",),
}
"""Tests of other rooms that prove a row without naming it."""


class Pitfall(NamedTuple):
    """A row of the table."""

    name: str
    text: str
    proofs: tuple[str, ...]
    """Test node ids, and files of golden cases."""
    why_not: str


def texts() -> dict[str, str]:
    """Row to the pitfall in a few words."""
    lines = (Path(__file__).parent / "rows.txt").read_text().splitlines()
    return {name: text for name, _, text in (line.partition(" ") for line in lines)}


def marked() -> Iterator[tuple[str, str]]:
    """(row, test) of every test that is marked with a row or named after one."""
    for path in sorted((TOP / "tests").rglob("test_*.py")):
        name = path.relative_to(TOP).as_posix()
        for node in ast.parse(path.read_text()).body:
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            found = _NAMED.match(node.name)
            rows = [found[1]] if found else []
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.pitfall":
                    rows += [str(argument.value) for argument in mark.args if isinstance(argument, ast.Constant)]
            yield from ((row, f"{name}::{node.name}") for row in rows)


def golden() -> Iterator[tuple[str, str]]:
    """(row, case file) of every golden case that names a row in `shows`."""
    for path in (
        *sorted((TOP / "mailwake" / "sources").glob("*/cases/*.json")),
        TOP / "tests" / "ingest" / "headers.json",
    ):
        for case in json.loads(path.read_text()):
            for row in set(_ROW.findall(case["shows"])):
                yield row, path.relative_to(TOP).as_posix()


def table() -> list[Pitfall]:
    """All rows, in the table's order."""
    tests: dict[str, list[str]] = {}
    cases: dict[str, list[str]] = {}
    for row, test in marked():
        tests.setdefault(row, []).append(test)
    for row, file in golden():
        cases.setdefault(row, []).append(file)
    found = []
    for name, text in texts().items():
        proofs = [*dict.fromkeys((*tests.get(name, ()), *ALSO.get(name, ())))]
        proofs += dict.fromkeys(cases.get(name, ()))
        found.append(Pitfall(name, text, tuple(proofs), NOT_OURS.get(name, "")))
    return found


def page() -> str:
    """docs/pitfalls.md."""
    rows = table()
    proven = sum(bool(row.proofs) for row in rows)
    aside = sum(bool(row.why_not) and not row.proofs for row in rows)
    lines = [
        "# Pitfalls and the tests that prove them",
        "",
        "What real mail logs do, and how we know that Mailwake does the right thing with it. Written by"
        " `python -m tests.pitfalls.table` from the tests themselves; golden cases stand as their file."
        " `./test` leaves what came of the tests in `build/pitfalls.json`.",
        "",
        f"{len(rows)} pitfalls: {proven} proven, {aside} about something else, {len(rows) - proven - aside} open.",
        "",
        "| | Pitfall | Proven by |",
        "|---|---|---|",
    ]
    for row in rows:
        where = "<br>".join(f"`{proof}`" for proof in row.proofs) or (f"*{row.why_not}*" if row.why_not else "**open**")
        if row.proofs and row.why_not:
            where += f"<br>*{row.why_not}*"
        lines.append(f"| {row.name} | {row.text.replace('|', chr(92) + '|')} | {where} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page())
