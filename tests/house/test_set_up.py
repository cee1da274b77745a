"""When `./run` and `./test` install the program anew: after changes that matter to its form, and only then."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "program.sh"
MADE = {
    "native": 'echo "native $(_project) $(_sources)"',
    "chosen": 'echo "plain $(_project) chosen"',
    "in vain": 'echo "plain $(_project) $(_circumstances)"',
}
CHANGES = {
    "nothing": "",
    "source": "echo >>mailwake/a.py",
    "new source": "echo >mailwake/b.py",
    "case": "echo >>mailwake/cases/x.json",
    "lock": "echo >>requirements.lock",
    "project": "echo >>pyproject.toml",
    "compiler": "printf '#!/bin/sh' >bin/gcc; chmod +x bin/gcc; hash -r",
}
STAYS = {
    ("native", "any", ""): {"nothing", "case", "compiler"},
    ("native", "native", ""): {"nothing", "case", "compiler"},
    ("native", "native", "0"): set(),
    ("native", "any", "0"): set(),
    ("chosen", "any", ""): set(CHANGES) - {"project"},
    ("chosen", "native", ""): set(),
    ("chosen", "native", "0"): set(CHANGES) - {"project"},
    ("in vain", "any", ""): set(CHANGES) - {"project"},
    ("in vain", "native", ""): {"nothing", "case"},
    ("in vain", "native", "1"): set(),
}
"""Form that is installed, form that is wanted, MAILWAKE_NATIVE -> the changes after which it may stay."""
TOOLS = ("bash", "cat", "chmod", "cksum", "find", "rm", "sort", "tr", "xargs")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A working tree in small, and a PATH that has no compiler."""
    for folder in ("mailwake/cases", "mailwake/__pycache__", ".venv/bin", "bin"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("mailwake/a.py", "mailwake/cases/x.json", "hatch_build.py", "pyproject.toml", "requirements.lock"):
        (tmp_path / name).write_text("1\n")
    command = tmp_path / ".venv" / "bin" / "mailwake"
    command.write_text("")
    command.chmod(0o755)
    for tool in TOOLS:
        place = next(path for path in (Path("/usr/bin"), Path("/bin")) if (path / tool).exists())
        (tmp_path / "bin" / tool).symlink_to(place / tool)
    return tmp_path


def _bash(top: Path, script: str, native: str = "") -> subprocess.CompletedProcess[str]:
    prologue = f"set -euo pipefail; cd {top}; top={top} venv={top}/.venv; source {SCRIPT}\n"
    environment = {"PATH": str(top / "bin"), **({"MAILWAKE_NATIVE": native} if native else {})}
    words = ["/bin/bash", "-c", prologue + script]
    return subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize("state", STAYS, ids=" ".join)
def test_what_makes_it_stale(top: Path, state: tuple[str, str, str]) -> None:
    form, wanted, native = state
    stays = set()
    for name, change in CHANGES.items():
        before = "rm -f bin/gcc; hash -r; echo 1 >mailwake/a.py; rm -f mailwake/b.py; echo 1 >pyproject.toml\n"
        script = f"{before}{MADE[form]} >$program\n{change}\nif _program_fits {wanted}; then echo stays; fi"
        done = _bash(top, script, native)
        assert (done.returncode, done.stderr) == (0, ""), name
        if done.stdout:
            stays.add(name)
    assert stays == STAYS[state]


def test_nothing_is_installed(top: Path) -> None:
    assert _bash(top, "_program_fits any").returncode == 1


def test_without_a_compiler_it_is_plain(top: Path) -> None:
    """One sentence says so; the next call finds everything as it should be."""
    stubs = """
        _say() { echo "$*"; }
        _pip() { :; }
        _compile() { why_not="there is no C compiler"; return 1; }
    """
    done = _bash(top, f"{stubs}\n_install_program native run; _program_fits native; cat $program")
    assert (done.returncode, done.stderr) == (0, "")
    said, state = done.stdout.splitlines()
    assert said == "not compiled, so slower, but otherwise the same: there is no C compiler"
    assert state.startswith("plain ")
