"""Whatever is typed: never a traceback, never a hang, never more than a second for a line."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shell_fakes import shell
from shell_fuzzing import PIECES, lines

from mailwake.shell import ExportPolicy, Interpreter, Limits
from mailwake.shell.completion import complete
from mailwake.shell.errors import ParseError
from mailwake.shell.syntax.parser import parse

LIMITS = Limits(steps=20_000, turns=2_000, output=2_000_000, waiting=0)
MOST_SECONDS = 1.0


def _shell() -> Interpreter:
    return shell(limits=LIMITS, export=ExportPolicy(enabled=False))[0]


def _run(session: Interpreter, line: str) -> float:
    """Run a line; gives its seconds of processor time, and fails at a traceback."""
    started = time.process_time()
    try:
        code = session.run(line)
    except Exception as error:
        raise AssertionError(repr(line)) from error
    assert 0 <= int(code) <= 255, line
    for record in session.session.errors:
        assert record.get("FullyQualifiedErrorId") != "InternalError", (line, record.text)
    return time.process_time() - started


def _all(seed: int, count: int) -> None:
    session = _shell()
    for place, line in enumerate(lines(seed, count)):
        if place % 50 == 0:
            session = _shell()  # variables of one line meet the next ones for a while
        seconds = _run(session, line)
        assert seconds < MOST_SECONDS, (seconds, line)


def test_some_thousand_lines() -> None:
    _all(1, 3_000)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_hundred_thousand_lines(seed: int) -> None:
    _all(1000 + seed, 10_000)


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    assert _run(_shell(), text) < MOST_SECONDS


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.sampled_from([" ", "", "\n"]))
def test_any_pieces(pieces: list[str], between: str) -> None:
    assert _run(_shell(), between.join(pieces)) < MOST_SECONDS


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000,
        "$(" * 5_000,
        '"$(' * 2_000,
        "@{a=" * 2_000,
        "-not " * 5_000 + "1",
        "!" * 20_000,
        "1" + "+1" * 20_000,
        "$x" + ".a" * 20_000,
        "$x" + "[0]" * 20_000,
        "a" * 500_000,
        '"' + "a`" * 100_000,
        "`\n" * 50_000,
        "<#" * 50_000,
        "#" * 500_000,
        "if (1) {" * 2_000,
        "1" + ",1" * 50_000,
        "[int]" * 5_000 + "1",
        "a | " * 5_000 + "a",
        "'a' -match '" + "(a|a)*" * 20 + "b'",
        "('a' * 30) -match '^(a+)+$'; ('a' * 5000 + 'b') -match '^(a+)+$'",
        "'" + "a" * 3000 + "' -replace '(a*)*b','x'",
        "1e" + "9" * 300,
        "9" * 100_000,
        "{" + "0" * 100_000 + "} -f 1",
        "[datetime]'" + "1" * 50_000 + "'",
        "'x' -like '" + "*a" * 900 + "'",
        "$s='a'; while (1) { $s += $s }",
        "$a=@(1); while (1) { $a += $a }",
        "$h=@{}; $h.self=$h; $h; $h | ConvertTo-Json -Depth 100",
        '$a = New-Object ArrayList; $a.Add($a); $a; "$a"; $a | ConvertTo-Json',
        '$o=[pscustomobject]@{a=1}; $o.a=$o; $o; "$o"; $o | fl; $o | ConvertTo-Csv',
        "function f { & { f } }; f",
        "$b = { & $b }; & $b",
        "1..9999 | % { 1..9999 | % { $_ } }",
        "'{0,9999999}' -f 1",
        "'x'.PadLeft(2147483647)",
        "[datetime]::MaxValue.AddDays(1)",
        "[datetime]::MinValue.AddDays(-1)",
        "(Get-Date).AddDays(1e300)",
        "[timespan]::FromDays(1e300)",
        "[math]::Floor([double]::PositiveInfinity)",
        "[int64]9223372036854775807 + 1",
        "2 * 1e308 * 10",
        "Get-Date -Format ''",
        "Get-Date -Format '%'",
        "[datetime]::MaxValue | ConvertTo-Json",
        "[datetime]::MinValue.ToUniversalTime(); [datetime]::MinValue.ToLocalTime()",
    ],
)
def test_extremes_end(text: str) -> None:
    assert _run(_shell(), text) < MOST_SECONDS * 2


ODD_VALUES = ("$null", "''", "@()", "1", "-1", "'x'", "@{}", "{1}", "1,2", "(Get-Date)", "$true", "1e300", "'*'")


@pytest.mark.parametrize("before", ["", pytest.param("1,$null,'a' | ", marks=pytest.mark.slow)])
def test_every_parameter_takes_or_refuses_anything(before: str) -> None:
    session = _shell()
    for cmdlet in list(session.session.registry.cmdlets.values()):
        for parameter in cmdlet.parameters:
            for value in ODD_VALUES:
                assert _run(session, f"{before}{cmdlet.name} -{parameter.name}:{value}") < MOST_SECONDS
                session.session.errors.clear()


def test_completion_of_anything() -> None:
    session = _shell()
    session.run("$x = Get-Mailbox; $h = @{a=1}")
    for line in lines(11, 1_500):
        for end in (len(line), len(line) // 2):
            started = time.process_time()
            for candidate in complete(line[:end], session.session):
                assert -end <= candidate.start <= 0
            assert time.process_time() - started < MOST_SECONDS, line


def test_same_text_same_tree() -> None:
    for line in lines(7, 500):
        try:
            first = parse(line)
        except ParseError as error:
            with pytest.raises(ParseError) as again:
                parse(line)
            assert str(again.value) == str(error)
        else:
            assert parse(line) == first
