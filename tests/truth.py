"""The truth of the lab's scenarios, as rows that a trace can be compared with.

A scenario `NAME` is `NAME.log` (one `==> source <==` section per log file) and `NAME.expected.md`, whose block
"Machine-readable" this module reads. `tests/lab/prose.py` states the scenarios whose truth is prose, and corrects the
truth files where the log proves them wrong or incomplete.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

Rows = Callable[[Sequence[Path]], list[Mapping[str, Any]]]
"""`mailwake.operations.trace_rows`: log files to trace rows."""

REPOSITORY = Path(__file__).resolve().parent.parent


class TruthRow(NamedTuple):
    """One message for one recipient. None is "the truth does not say"; sender "" is the null sender."""

    sender: str | None
    recipient: str | None
    """As originally addressed."""
    final: str | None
    """As finally delivered."""
    status: str
    detail: str | None = None
    folder: str | None = None
    """Where it was stored, for the truths that say so; not part of a trace row, so not compared."""


WORDS: dict[str, tuple[str, str | None] | None] = {
    "Delivered": ("Delivered", None),
    "Failed": ("Failed", None),
    "Pending": ("Pending", None),
    "Expanded": ("Expanded", None),
    "Quarantined": ("Quarantined", None),
    "Quarantined then Delivered": ("Delivered", None),
    "Pending then Delivered": ("Delivered", None),
    "Discarded": ("Failed", "Discarded"),
    "Deleted by admin": ("Failed", "Deleted"),
    "Redirected": ("Expanded", "Redirected"),
    "FilteredAsSpam": ("FilteredAsSpam", None),
    "GettingStatus": ("GettingStatus", None),
    "no mail": None,
    "auth failed": None,
    "login failed": None,
    "probe": None,
}
"""The lab's words for an end, as Status and StatusDetail; None for what is no message."""

_BLOCK = re.compile(r"## Machine-readable\s+```json\n(.*?)\n```", re.DOTALL)
_REMARK = re.compile(r"\s*\([^)]*\)")
_SECTION = re.compile(r"^==> (.+) <==$")


def lab_folder() -> Path | None:
    """The folder `lab` of the shared material, if this machine has it."""
    shared = Path(os.environ.get("MAILWAKE_SHARED", REPOSITORY.parent / "shared"))
    folder = shared / "lab"
    return folder if folder.is_dir() else None


def scenarios() -> list[str]:
    """Names of all scenarios present."""
    folder = lab_folder()
    return sorted(path.name.removesuffix(".log") for path in folder.glob("*.log")) if folder else []


def load(name: str) -> list[TruthRow] | None:
    """Rows of the machine-readable truth; None when the truth file has no such block."""
    folder = lab_folder()
    if folder is None:
        raise FileNotFoundError("the shared lab folder is not on this machine")
    return parse((folder / f"{name}.expected.md").read_text(encoding="utf-8"))


def parse(text: str) -> list[TruthRow] | None:
    """Rows of a truth file's text."""
    block = _BLOCK.search(text)
    if block is None:
        return None
    rows = (_row(entry) for entry in json.loads(block[1]))
    return [row for row in rows if row is not None]


def _row(entry: Mapping[str, str]) -> TruthRow | None:
    word = _REMARK.sub("", entry["status"]).strip()
    meaning = WORDS[word] if word in WORDS else _unknown_word(word)
    if meaning is None:
        return None
    status, detail = meaning
    final, _, folder = entry["final_rcpt"].partition(" / ")
    sender, recipient = _address(entry["sender"]), _address(entry["rcpt"])
    return TruthRow(sender, recipient, _address(final), status, detail, folder.strip() or None)


def _unknown_word(word: str) -> tuple[str, str | None] | None:
    if re.search(r"probe|no mail|auth(entication)? failed|login", word, re.IGNORECASE):
        return None
    raise ValueError(f"the truth uses a word that WORDS does not know: {word!r}")


def _address(text: str) -> str | None:
    """An address without remark; "<>" is the null sender, "-" and "" say nothing."""
    bare = _REMARK.sub("", text).strip()
    if bare in ("", "-"):
        return None
    return "" if bare == "<>" else bare


def sections(text: str) -> list[tuple[str, str]]:
    """(section, content) of a scenario's log, in order; a log without headers is one section."""
    found: list[tuple[str, list[str]]] = []
    for line in text.splitlines(keepends=True):
        header = _SECTION.match(line.rstrip("\n"))
        if header:
            found.append((header[1], []))
        else:
            if not found:
                found.append(("mail.log", []))
            found[-1][1].append(line)
    return [(name, "".join(lines).rstrip("\n") + "\n") for name, lines in found if "".join(lines).strip()]


def unpack(name: str, target: Path) -> list[Path]:
    """Write each section of a scenario's log as the file it was taken from, below target/NAME."""
    folder = lab_folder()
    if folder is None:
        raise FileNotFoundError("the shared lab folder is not on this machine")
    log = (folder / f"{name}.log").read_bytes().decode("utf-8", "surrogateescape")
    paths: list[Path] = []
    for section, content in sections(log):
        file = target / name / re.sub(r"[^\w./-]+", "_", section).strip("/")
        if file in paths:
            file = file.with_name(f"{file.name}.{len(paths)}")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode("utf-8", "surrogateescape"))
        paths.append(file)
    return paths


def found_row(row: Mapping[str, Any]) -> TruthRow:
    """A product's trace row in the same shape. null is unknown; "" and "<>" are both the null sender."""

    def plain(value: Any) -> str | None:
        return None if value is None else str(value).strip("<>").casefold()

    return TruthRow(
        plain(row.get("SenderAddress")),
        plain(row.get("OriginalRecipientAddress")),
        plain(row.get("RecipientAddress")),
        str(row.get("Status")),
        row.get("StatusDetail"),
    )


def differences(expected: Iterable[TruthRow], found: Iterable[Mapping[str, Any]]) -> list[str]:
    """What a multiset comparison finds, a line each; empty when all is right.

    What the truth leaves open matches anything, so the most definite rows choose first.
    """
    rest = [found_row(row) for row in found]
    missing: list[TruthRow] = []
    for want in sorted(expected, key=lambda row: -sum(value is not None for value in row[:5])):
        have = next((row for row in rest if _matches(want, row)), None)
        if have is None:
            missing.append(want)
        else:
            rest.remove(have)
    lines = [f"missing    {_show(row)}{_nearest(row, rest)}" for row in missing]
    lines += [f"unexpected {_show(row)}  x{times}" for row, times in Counter(rest).items()]
    return lines


def _matches(want: TruthRow, have: TruthRow) -> bool:
    pairs = zip(want[:5], have[:5], strict=True)
    return all(w is None or (h is not None and w.casefold() == h.casefold()) for w, h in pairs)


def _nearest(want: TruthRow, rest: list[TruthRow]) -> str:
    """Names the fields by which the likeliest row misses."""
    for have in rest:
        off = [
            f"{field}: found {h!r}"
            for field, w, h in zip(TruthRow._fields, want[:5], have[:5], strict=False)
            if w is not None and (h is None or w.casefold() != h.casefold())
        ]
        if 0 < len(off) <= 2 and have.recipient == (want.recipient or have.recipient or "").casefold():
            return "   nearest: " + ", ".join(off)
    return ""


def _show(row: TruthRow) -> str:
    def word(value: str | None) -> str:
        return "?" if value is None else value or "<>"

    status = row.status if row.detail is None else f"{row.status}/{row.detail}"
    return f"{word(row.sender)} -> {word(row.recipient)} => {word(row.final)}  {status}"
