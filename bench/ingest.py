"""Time the whole way from a raw log file to answers, beside the tools that count: `ingest.py --lines 1300000 --runs 5`.

Every program runs as a whole process, in turn (A B C A B C ...), so that a slow minute of the machine hits all alike.
Speeds are medians. `--path DIR` adds folders in which peers are looked for; those not found are named with the reason.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from measure import CACHE, HERE, Peer, Run, count_lines, estate, find, gzip_bytes, median, run_fresh

NOBODY = "nobody@nowhere.example"
"""Asked for where a peer can only search: it has to read everything and finds nothing."""


def peers(folders: Sequence[Path], product: Path) -> tuple[list[Peer], dict[str, str]]:
    """The programs to measure, and why others are left out."""
    found: list[Peer] = []
    absent: dict[str, str] = {}
    own = str(product)
    if product.exists():
        found.append(
            Peer("mailwake", "stores, correlates, indexes", lambda f, d: [own, "--data-dir", str(d), "import", str(f)])
        )
    else:
        absent["mailwake"] = f"{product.name} is not in {product.parent}"
    for name, does, package, arguments, rfc3339, ok in _OTHERS:
        path = find(name, folders)
        if path is None:
            absent[name] = f"not installed ({package})"
            continue
        start = ["perl", path] if name == "exigrep" else [path]
        found.append(Peer(name, does, _command(start, arguments), rfc3339, ok))
    return found, absent


_OTHERS: tuple[tuple[str, str, str, tuple[str, ...], bool, tuple[int, ...]], ...] = (
    ("pflogsumm", "counts", "Debian: pflogsumm", ("{file}",), False, (0,)),
    ("grep", "counts one word", "part of any system", ("-c", "status=", "{file}"), False, (0,)),
    (
        "exigrep",
        "knows no Postfix line, only reads",
        "Debian: exim4-base; apt-get download, dpkg -x, --path",
        ("-I", NOBODY, "{file}"),
        False,
        (0,),
    ),
    (
        "postfix-logsums",
        "counts; RFC 3339 stamps only",
        "PyPI: postfix-logsums, in a venv of its own, --path",
        ("-q", "{file}"),
        True,
        (0,),
    ),
    (
        "mailforensics",
        "traces one recipient",
        "PyPI: mailforensics, in a venv of its own, --path",
        ("trace", "--no-plugins", "--year", "2026", "--to", NOBODY, "--json", "-f", "{file}"),
        False,
        (0, 1),
    ),
)


def _command(start: list[str], arguments: tuple[str, ...]) -> Any:
    return lambda file, _data: [*start, *(str(file) if a == "{file}" else a for a in arguments)]


def measure(lines: int, seed: int, runs: int, found: Sequence[Peer], slow: float, sample: float) -> dict[str, Any]:
    """All programs on one file, `runs` times in turn; one slower than `slow` seconds runs only once."""
    with tempfile.TemporaryDirectory(prefix="mailwake-bench-", dir=CACHE.parent) as folder:
        return _measure(lines, seed, runs, found, slow, sample, Path(folder))


def _measure(
    lines: int, seed: int, runs: int, found: Sequence[Peer], slow: float, sample: float, folder: Path
) -> dict[str, Any]:
    file = estate(lines, seed)
    iso = estate(lines, seed, rfc3339=True) if any(p.rfc3339 for p in found) else file
    number, raw = count_lines(file), file.stat().st_size
    count_lines(iso)
    results: dict[str, list[Run]] = {p.name: [] for p in found}
    for turn in range(runs):
        for peer in found:
            done = results[peer.name]
            if done and done[0].seconds > slow:
                continue
            done.append(run_fresh(peer, iso if peer.rfc3339 else file, folder, sample))
            last = done[-1]
            note = "" if last.code in peer.ok else f"  EXIT CODE {last.code}"
            print(f"  run {turn + 1}: {peer.name:16} {last.seconds:8.2f} s{note}", file=sys.stderr)
    return {
        "lines": number,
        "raw_bytes_per_line": raw / number,
        "gzip_bytes_per_line": gzip_bytes(file) / number,
        "peers": [_summary(peer, results[peer.name], number) for peer in found],
    }


def _summary(peer: Peer, runs: Sequence[Run], lines: int) -> dict[str, Any]:
    seconds = median([r.seconds for r in runs])
    return {
        "name": peer.name,
        "does": peer.does,
        "runs": [round(r.seconds, 3) for r in runs],
        "seconds": seconds,
        "cpu_seconds": median([r.cpu for r in runs]),
        "lines_per_second": lines / seconds,
        "rss_mib": max(r.rss_kib for r in runs) / 1024,
        "pss_mib": max(r.pss_kib for r in runs) / 1024,
        "disk_bytes_per_line": median([r.written for r in runs]) / lines,
        "failed": [r.code for r in runs if r.code not in peer.ok],
    }


def table(result: dict[str, Any], absent: dict[str, str]) -> str:
    """The result as Markdown."""
    speed = {p["name"]: p["lines_per_second"] for p in result["peers"]}
    base = speed.get("pflogsumm")
    rows = [
        f"### {result['lines']:,} lines",
        "",
        f"Raw {result['raw_bytes_per_line']:.1f} bytes a line, gzip -6 {result['gzip_bytes_per_line']:.1f}.",
        "",
        "| program | does | s (median) | of runs | CPU s | lines/s | times pflogsumm | peak MiB | of all processes"
        " | disk bytes/line |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for p in result["peers"]:
        ratio = f"{p['lines_per_second'] / base:.2f}" if base else "-"
        disk = f"{p['disk_bytes_per_line']:.1f}" if p["disk_bytes_per_line"] else "-"
        name = f"{p['name']} (FAILED: exit {p['failed']})" if p["failed"] else p["name"]
        together = f"{p['pss_mib']:.0f}" if p["pss_mib"] else "-"
        rows.append(
            f"| {name} | {p['does']} | {p['seconds']:.2f} | {len(p['runs'])} | {p['cpu_seconds']:.2f} |"
            f" {p['lines_per_second']:,.0f} | {ratio} | {p['rss_mib']:.0f} | {together} | {disk} |"
        )
    rows += ["", *(f"Left out: {name}: {why}." for name, why in absent.items())]
    return "\n".join(rows).rstrip() + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lines", type=int, nargs="+", default=[1_300_000], help="one table each (1300000)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--path", type=Path, action="append", default=[], help="folder to look for peers in")
    parser.add_argument("--only", nargs="+", help="names of the programs to run")
    parser.add_argument("--product", type=Path, default=HERE.parent / ".venv" / "bin" / "mailwake")
    parser.add_argument("--slow", type=float, default=60, help="a program that takes longer than this runs once (60 s)")
    parser.add_argument(
        "--memory", type=float, default=0, help="seconds between looks at all processes' memory (0: none)"
    )
    parser.add_argument("--json", type=Path, help="write the numbers here too")
    given = parser.parse_args(argv)
    found, absent = peers(given.path, given.product)
    if given.only:
        absent = {name: why for name, why in absent.items() if name in given.only}
        found = [p for p in found if p.name in given.only]
    results = [measure(lines, given.seed, given.runs, found, given.slow, given.memory) for lines in given.lines]
    for result in results:
        print(table(result, absent))
    if given.json:
        given.json.write_text(json.dumps({"results": results, "absent": absent}, indent=1) + "\n")
    print(f"generated files are kept in {CACHE}", file=sys.stderr)
    return 1 if any(p["failed"] for r in results for p in r["peers"]) else 0


if __name__ == "__main__":
    sys.exit(main())
