"""Debian's packages, for tests with real servers and browsers: installed once, by root, one test process at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

_ENVIRONMENT = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
_POLICY = Path("/usr/sbin/policy-rc.d")
"""Says what a package may start when it is installed: nothing, here."""


def obstacle() -> str:
    """Why nothing can be installed here; "" when it can."""
    if os.geteuid() != 0:
        return "only root can install packages"
    if not Path("/etc/debian_version").exists() or shutil.which("apt-get") is None:
        return "packages are installed with Debian's apt-get only"
    return ""


def install(*packages: str, answers: str = "") -> str:
    """Install packages without starting their servers; `answers` are for debconf. Gives what went wrong, or ""."""
    if problem := obstacle():
        return problem
    with (Path(tempfile.gettempdir()) / "mailwake-tests-apt.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = not _POLICY.exists()
        if made:
            _POLICY.write_text("#!/bin/sh\nexit 101\n")
            _POLICY.chmod(0o755)
        try:
            return _install(packages, answers)
        finally:
            if made:
                _POLICY.unlink()


def unpack(folder: Path, *packages: str) -> str:
    """Fetch packages and unpack them into a folder, whole or not at all: for what cannot be installed beside what is.
    Gives what went wrong, or ""."""
    if problem := obstacle():
        return problem
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        for before in ((), ("apt-get", "update")):
            if before:
                _run(*before)
            done = _run("apt-get", "download", *packages, cwd=name)
            if done.returncode == 0:
                break
        else:
            return f"apt-get could not fetch {' '.join(packages)}: {done.stderr.strip().splitlines()[-1:]}"
        for package in Path(name).glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(package), f"{name}/whole"], check=True)
        Path(name, "whole").rename(folder)
    return ""


def _install(packages: tuple[str, ...], answers: str) -> str:
    if answers:
        _run("debconf-set-selections", input=answers)
    problem = ""
    for before in ((), ("apt-get", "update")):
        if before:
            _run(*before)
        wait = ("-o", "DPkg::Lock::Timeout=300")  # someone else may install too
        done = _run("apt-get", *wait, "install", "-y", "--no-install-recommends", *packages)
        if done.returncode == 0:
            return ""
        problem = f"apt-get could not install {' '.join(packages)}: {done.stderr.strip().splitlines()[-1:]}"
    return problem


def _run(*command: str, input: str | None = None, cwd: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, input=input, text=True, check=False, capture_output=True, env=_ENVIRONMENT, cwd=cwd)
