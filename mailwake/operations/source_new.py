"""`mailwake source new`: the beginning of a log source, which passes its tests before a line of it is changed.

In a checkout of Mailwake it is a folder among the others. Anywhere else it is a package of its own, which brings the
source by an entry point (`sources.api.GROUP`), so that it needs no place in Mailwake.
"""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from typing import NamedTuple

from mailwake.events.told import tell
from mailwake.operations import source_texts
from mailwake.operations.criteria import CriteriaError
from mailwake.sources.api import GROUP, all_sources

_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}\Z")
_PROGRAM = re.compile(r"[A-Za-z0-9_.-]{1,48}\Z")
_ROOM = Path("mailwake", "sources")


class Made(NamedTuple):
    """What was written."""

    folder: Path
    files: tuple[Path, ...]
    is_package: bool
    """Whether it is a package of its own, and no folder of a checkout."""


def make(name: str, *, program: str = "", parent: Path, as_package: bool = False) -> Made:
    """Write the beginning of a source into a folder of a checkout, or as a package into any other folder.

    program: the tag under which the product logs, if it is another than its name. Raises CriteriaError for a name that
    cannot be one, or that is taken; OSError where nothing can be written. Nothing that exists is written over.
    """
    _check(name, program or name)
    room = parent / _ROOM
    is_package = as_package or not (room / "api.py").is_file()
    folder = parent / f"mailwake-{name.replace('_', '-')}" if is_package else room / name
    if folder.exists():
        raise CriteriaError(
            tell("{folder} exists already", folder=folder), tell("choose another name, or remove it first")
        )
    texts = _texts(name, program or name, is_package=is_package)
    for path, text in texts.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return Made(folder, tuple(folder / path for path in texts), is_package)


def _check(name: str, program: str) -> None:
    if not _NAME.match(name) or keyword.iskeyword(name):
        raise CriteriaError(
            tell("{name} cannot name a source", name=name),
            tell("small letters, digits and _ , a letter first: mymta, acme_mail"),
        )
    if not _PROGRAM.match(program):
        raise CriteriaError(
            tell("{program} cannot be the tag of a program", program=program),
            tell("what stands before [pid]: in its lines"),
        )
    if any(source.name == name for source in all_sources()):
        raise CriteriaError(
            tell("there is a source named {name} already", name=name), tell("to see all of them: mailwake source list")
        )


def _texts(name: str, program: str, *, is_package: bool) -> dict[str, str]:
    module = f"mailwake_{name}" if is_package else f"mailwake.sources.{name}"
    words = {
        "NAME": name,
        "PROGRAM": program,
        "MODULE": module,
        "CLASS": "".join(part.capitalize() for part in name.split("_")),
        "DISTRIBUTION": f"mailwake-{name.replace('_', '-')}",
        "GROUP": GROUP,
    }
    inside = Path(module) if is_package else Path()
    texts = {
        inside / "__init__.py": source_texts.SOURCE,
        inside / "lines.py": source_texts.LINES,
        inside / "cases" / "messages.json": source_texts.CASES,
    }
    if is_package:
        texts[Path("pyproject.toml")] = source_texts.PROJECT
        texts[Path("tests", "test_cases.py")] = source_texts.TESTS
    return {str(path): _filled(text, words) for path, text in texts.items()}


def _filled(text: str, words: dict[str, str]) -> str:
    return re.sub(r"@([A-Z]+)@", lambda match: words[match[1]], text)
