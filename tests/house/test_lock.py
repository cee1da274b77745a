"""The lock files pin everything by hash, name no address, and agree with the project and with each other."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import NamedTuple

import pytest

TOP = Path(__file__).parents[2]
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())
LOCKS = {
    "requirements.lock": [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["build"]],
    "requirements-native.lock": PROJECT["dependency-groups"]["native"],
    "requirements-dev.lock": [
        *PROJECT["project"]["dependencies"],
        *(name for group in PROJECT["dependency-groups"].values() for name in group),
    ],
}
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\Z")
_PIN = re.compile(r"([a-z0-9][a-z0-9.-]*)==([\w.!+-]+)(?: ; (.+))?\Z")
UNSEEN = {
    "argon2-cffi": "Django hashes passwords by it",
    "chdb-core-lite": "the driver loads it",
    "django-htmx": "the settings name its middleware",
    "tzdata": "zoneinfo reads it where the system has no zones",
    "whitenoise": "the settings name its middleware",
}
"""Dependencies that no module imports, and why they are asked for."""


class Pin(NamedTuple):
    name: str
    version: str
    marker: str
    hashes: int


def _canonical(name: str) -> str:
    """The package's name alone, as the index writes it: no extras, no version."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[~=<>! ;]", name, maxsplit=1)[0]).lower()


def _pins(lock: str) -> list[Pin]:
    """The requirements of a lock file; fails at a line of any other shape."""
    text = re.sub(r"^\s*#.*\n", "", (TOP / lock).read_text(), flags=re.MULTILINE)
    pins = []
    for entry in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r"\s+(?=--hash)", entry.strip())
        found = _PIN.match(requirement.strip())
        assert found, f"not pinned: {requirement}"
        assert all(_HASH.match(value) for value in hashes), requirement
        pins.append(Pin(found[1], found[2], found[3] or "", len(hashes)))
    return pins


@pytest.mark.parametrize("lock", LOCKS)
def test_no_address(lock: str) -> None:
    text = (TOP / lock).read_text()
    assert not re.findall(r"\w+://\S*|(?:--|^-[a-z] )(?!hash=)\S*|@ *\S+|\bfile:|(?<!\w)/\w+", text, re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_is_pinned_by_hash(lock: str) -> None:
    pins = _pins(lock)
    assert all(pin.hashes for pin in pins)
    names = {pin.name for pin in pins}
    assert not {_canonical(name) for name in LOCKS[lock]} - names


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-native.lock"])
def test_development_has_what_users_have(lock: str) -> None:
    ours = {(pin.name, pin.version) for pin in _pins(lock)}
    assert ours <= {(pin.name, pin.version) for pin in _pins("requirements-dev.lock")}


def test_every_import_is_a_direct_dependency() -> None:
    """And every direct dependency is imported: nothing comes by accident, nothing is left over."""
    owners = packages_distributions()
    imported: set[str] = set()
    for path in (TOP / "mailwake").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    strange = imported - set(sys.stdlib_module_names) - {"mailwake"}
    used = {_canonical(owner) for name in strange for owner in owners.get(name, [name])}
    assert used == set(map(_canonical, PROJECT["project"]["dependencies"])) - set(UNSEEN)
