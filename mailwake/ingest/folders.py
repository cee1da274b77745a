"""Paths given by the user -> the log files to read, in the order of their time.

Rotation names (T23): `mail.log.1`, `mail.log.2.gz` count upwards into the past; `mail.log-20030102.gz` and postlogd's
`mail.log.20261122-023000` carry the date of rotation.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from mailwake.ingest.files import InputError, check_text

_PACKED = re.compile(r"\.(?:gz|bz2|xz|lzma|zst|z)$", re.IGNORECASE)
_DATED = re.compile(r"[-._]?(?<!\d)((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?:[-T]?\d{1,10})?(?!\d)")
_NUMBERED = re.compile(r"\.(\d{1,4})$")


class Rotation(NamedTuple):
    """What the name of a log file says."""

    family: str
    """Path without what rotation appended: files of one family follow each other in time."""
    age: int
    """0 for the live file, larger for older ones; only the order within a family matters."""
    day: date | None
    """Date in the name: the day of rotation, on which the last lines were written."""


def rotation(path: Path) -> Rotation:
    """Family, age and date of a log file by its name."""
    name = _PACKED.sub("", path.name)
    folder = str(path.parent)
    dated = max(_DATED.finditer(name), key=lambda match: match.start(), default=None)
    if dated is not None:
        try:
            day = date(int(dated[1]), int(dated[2]), int(dated[3]))
        except ValueError:
            pass
        else:
            family = name[: dated.start()] + name[dated.end() :]
            return Rotation(f"{folder}/{family}", 10_000_000 - day.toordinal(), day)
    numbered = _NUMBERED.search(name)
    if numbered is not None:
        return Rotation(f"{folder}/{name[: numbered.start()]}", int(numbered[1]) + 1, None)
    return Rotation(f"{folder}/{name}", 0, None)


def expand(paths: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """Files to read, the oldest of a family first, and notes on what was left out.

    A directory is walked with all below it; hidden, empty, binary and unreadable files in it are left out with a note.
    A file that was named itself is never left out. Raises InputError for a path that is not there.
    """
    files: list[Path] = []
    notes: list[str] = []
    for path in paths:
        if path.is_dir():
            found, remarks = _walk(path)
            files += found
            notes += remarks
        elif path.exists():
            files.append(path)
        else:
            raise InputError("there is no such file or directory", str(path), "Check the spelling of the path.")
    return sorted(dict.fromkeys(files), key=_place), notes


def _place(path: Path) -> tuple[str, int, str]:
    known = rotation(path)
    return (known.family, -known.age, path.name)


def _walk(folder: Path) -> tuple[list[Path], list[str]]:
    files: list[Path] = []
    notes: list[str] = []

    def refused(error: OSError) -> None:
        notes.append(f"{error.filename}: {error.strerror}; left out")

    for root, folders, names in os.walk(folder, onerror=refused):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(root) / name
            if name.startswith(".") or not path.is_file():
                continue
            try:
                if path.stat().st_size == 0:
                    continue
                check_text(path)
            except InputError as error:
                notes.append(f"{error}")
            except OSError as error:
                notes.append(f"{path}: {error.strerror}; left out")
            else:
                files.append(path)
    return files, notes
