"""Build hook of hatchling: compiles the hot modules to machine code and puts them into the wheel beside their sources.

Which modules: `[tool.hatch.build.targets.wheel.hooks.custom]` in pyproject.toml. The environment decides what happens:
MAILWAKE_NATIVE=0 leaves them as plain Python, =1 makes a failure an error; unset, a failure is a warning and the wheel
is plain Python. See docs/decisions/0012-compiled-hot-modules.md.

    hatch_build.py obstacle         says what stands in the way of compiling; silent when nothing does
    hatch_build.py compile FOLDER   compiles into FOLDER/lib
    hatch_build.py c FOLDER         compiles only what is written in C
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

TOP = Path(__file__).resolve().parent
NEEDED = ("mypy", "setuptools")
"""Packages that compile; requirements-native.lock pins them."""
MOST_AT_ONCE = 8
"""Compilers that run at the same time, at most: each takes some hundred MB."""


class CompileError(Exception):
    """Why the modules were not compiled, in one line."""


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling calls; the name is the one it looks for."""

    _folder: Path | None = None

    def dependencies(self) -> list[str]:
        """What an isolated build installs on top of the build system."""
        return list(NEEDED) if _mode() != "0" and not obstacle() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is put together; an installation in place stays plain Python."""
        if version == "editable" or _mode() == "0":
            return
        self._folder = Path(tempfile.mkdtemp(prefix="mailwake-native-"))
        try:
            made = _compiled(self._folder)
        except CompileError as error:
            if _mode() == "1":
                raise
            self.app.display_warning(f"{error}: this will be plain Python, which does the same, only slower")
            return
        build_data["force_include"].update(made)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _mode() -> str:
    return os.environ.get("MAILWAKE_NATIVE", "")


def compiler() -> str | None:
    """The C compiler: the one asked for, the one Python was built with, or whichever is there."""
    asked = os.environ.get("CC")
    usual = str(sysconfig.get_config_var("CC") or "cc")
    for command in [asked] if asked else [usual, "cc", "gcc", "clang"]:
        if shutil.which(shlex.split(command)[0]):
            return command
    return None


def obstacle() -> str | None:
    """What stands in the way of compiling on this machine."""
    if sys.implementation.name != "cpython":
        return "this Python is not the usual one (CPython)"
    if not compiler():
        return "there is no C compiler (Debian, Ubuntu: apt-get install gcc python3-dev)"
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        return "the headers of Python are missing (Debian, Ubuntu: apt-get install python3-dev)"
    return None


def patterns() -> list[str]:
    """What is to be compiled, and what of it is not."""
    chosen = _settings()
    return [*chosen["modules"], *chosen["not"]]


def _settings() -> dict[str, Any]:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())
    hook: dict[str, Any] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]
    return hook


def modules() -> list[str]:
    """Paths of the modules to compile. A package's `__init__.py` stays: it is looked through, and does little."""
    chosen = _settings()
    paths = {path for pattern in chosen["modules"] for path in TOP.glob(pattern)}
    paths -= {path for pattern in [*chosen["not"], "mailwake/**/__init__.py"] for path in TOP.glob(pattern)}
    return sorted(str(path.relative_to(TOP)) for path in paths)


def _compiled(folder: Path) -> dict[str, str]:
    """Compile in a process of its own; what to put into the wheel: file -> place in it."""
    why_not = obstacle()
    if why_not:
        raise CompileError(why_not)
    environment = {**os.environ, "CC": compiler() or ""}
    command = [sys.executable, str(Path(__file__).resolve()), "compile", str(folder)]
    done = subprocess.run(
        command, cwd=TOP, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        last = [line for line in done.stdout.splitlines() if line.strip()][-1:]
        raise CompileError(f"the hot modules could not be compiled ({': '.join(last)})")
    lib = folder / "lib"
    return {str(path): str(path.relative_to(lib)) for path in sorted(lib.rglob("*")) if path.is_file()}


def compile_into(folder: Path) -> None:
    """Run mypyc and the C compiler. One library of many C files: as fast as one file, and compiled on all cores."""
    from mypyc.build import mypycify

    options = ["--config-file=", "--ignore-missing-imports", f"--cache-dir={folder / 'types'}"]
    extensions = mypycify(
        [*options, *modules()],
        opt_level="2",
        debug_level="0",
        multi_file=True,
        target_dir=str(folder / "c"),
        group_name="mailwake",
    )
    _build([*extensions, *_extensions()], folder)


def compile_c(folder: Path) -> None:
    """Compile only what is written in C, into folder/lib: for tests."""
    _build(_extensions(), folder)


def _extensions() -> list[Any]:
    from setuptools import Extension

    made = []
    for name, pattern in _settings()["extensions"].items():
        sources = sorted(str(path.relative_to(TOP)) for path in TOP.glob(pattern))
        made.append(Extension(name, sources, extra_compile_args=["-O2"]))
    return made


def _build(extensions: list[Any], folder: Path) -> None:
    from setuptools import Distribution
    from setuptools.command.build_ext import build_ext

    build = build_ext(Distribution({"name": "mailwake", "ext_modules": extensions}))
    build.build_lib, build.build_temp = str(folder / "lib"), str(folder / "objects")
    build.ensure_finalized()
    _spread(build)
    build.run()


def _spread(build: Any) -> None:
    """Compile the files of an extension at the same time, and the extensions too: setuptools does the latter alone."""
    cores = min(len(os.sched_getaffinity(0)), MOST_AT_ONCE)
    build.parallel = cores
    build_extensions = build.build_extensions

    def build_all() -> None:
        one_by_one = build.compiler.compile

        def compile_files(sources: list[str], **options: Any) -> list[str]:
            with ThreadPoolExecutor(cores) as pool:
                made = pool.map(lambda path: one_by_one([path], **options), sources)
                return list(chain.from_iterable(made))

        build.compiler.compile = compile_files
        build_extensions()

    build.build_extensions = build_all


if __name__ == "__main__":
    if sys.argv[1:] == ["obstacle"]:
        print(obstacle() or "", end="")
    elif sys.argv[1] == "c":
        compile_c(Path(sys.argv[2]))
    else:
        compile_into(Path(sys.argv[2]))
