"""The compiled program gives what the sources give: for whole estates, and for every parser, whole lines or damaged.

mypyc holds a module to its annotations at run time: a value of another type than was promised ends in a TypeError where
plain Python would go on. That is what these tests look for. They are left out when the installed program is in place
(`./test fast`), or of other sources than these.
"""

from __future__ import annotations

import ast
import filecmp
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import hatch_build
from tests.live.conftest import free_port, stamped, until

TOP = Path(__file__).parents[2]
HOUSE = TOP / "mailwake"
COMMAND = Path(sys.executable).parent / "mailwake"
VARIANTS = 12
_PARSE = """
import json, sys
from mailwake.sources import api
from mailwake.trace import harvest
print(harvest.__file__.endswith(".so"), file=sys.stderr)
for line in open(sys.argv[1], encoding="utf-8"):
    program, message = json.loads(line)
    try:
        parser = api.parser_for(program)
        print(repr(parser(message) if parser else None))
    except Exception as error:
        print(f"{program}: {message!r}: {error!r}")
"""
_WHERE = "import mailwake.trace.harvest as module; print(module.__file__)"


def _run(words: list[str], cwd: Path, *, sources: bool) -> subprocess.CompletedProcess[str]:
    """Run in a folder where no source tree lies; `sources`: with the tree of the sources in place of the installed."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MAILWAKE_DATA_DIR")}
    if sources:
        environment["PYTHONPATH"] = str(TOP)
    return subprocess.run(words, cwd=cwd, env=environment, capture_output=True, text=True, check=True, timeout=300)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the installed package, if it is compiled and of the present sources."""
    empty = tmp_path_factory.mktemp("elsewhere")
    where = Path(_run([sys.executable, "-c", _WHERE], empty, sources=False).stdout.strip())
    if where.suffix != ".so":
        pytest.skip("the installed program is not compiled")
    package = where.parents[1]
    for path in HOUSE.rglob("*.py"):
        twin = package / path.relative_to(HOUSE)
        if not twin.exists() or not filecmp.cmp(path, twin, shallow=False):
            pytest.skip("the installed program is of other sources")
    return package


def test_patterns_name_modules() -> None:
    modules = hatch_build.modules()
    assert len(modules) > 30
    for pattern in hatch_build.patterns():
        assert list(TOP.glob(pattern)), f"{pattern} names nothing"
    assert not [name for name in modules if "/story" in name or name.endswith("__init__.py")]


def _bases(path: Path) -> Iterator[tuple[str, str]]:
    """Class and module of each base that a module takes from another one."""
    tree = ast.parse(path.read_text())
    origin = {
        alias.asname or alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                name = base.value if isinstance(base, ast.Subscript) else base
                if isinstance(name, ast.Name) and name.id in origin:
                    yield node.name, origin[name.id]


def test_no_interpreted_class_inherits_from_a_compiled_one() -> None:
    """mypyc forbids it, which shows when the class is used, and only where it is compiled."""
    files = set(hatch_build.modules())
    compiled = {name.removesuffix(".py").replace("/", ".") for name in files}
    wrong = [
        f"{path.relative_to(TOP)}: {name} inherits from {module}"
        for path in HOUSE.rglob("*.py")
        if str(path.relative_to(TOP)) not in files
        for name, module in _bases(path)
        if module in compiled
    ]
    assert not wrong


@pytest.mark.slow
def test_everything_listed_is_compiled(installed: Path) -> None:
    for name in hatch_build.modules():
        path = installed.parent / name
        assert list(path.parent.glob(f"{path.stem}.*.so")), name


@pytest.mark.slow
def test_a_log_is_read_while_it_is_written(installed: Path, tmp_path: Path) -> None:
    """Live reading has paths of its own; in the working directory of the sources these would be taken."""
    log, data = tmp_path / "mail.log", tmp_path / "data"
    log.touch()
    (tmp_path / "mailwake.toml").write_text(f'[[source]]\ntype = "file"\npath = "{log}"\n')
    words = ["serve", "--listen", f"127.0.0.1:{free_port()}", "--config", str(tmp_path / "mailwake.toml")]
    with (tmp_path / "said").open("w") as said:
        server = subprocess.Popen([COMMAND, "--data-dir", data, *words], stdout=said, stderr=said, cwd=tmp_path)
        try:
            until(lambda: "Mailwake serves" in (tmp_path / "said").read_text(), 60)
            with log.open("a") as file:
                for number in range(40):
                    file.writelines(f"{text}\n" for text in stamped(number))
                    file.flush()
                    time.sleep(0.05)
            told = data / "live" / "status.json"
            until(lambda: json.loads(told.read_text())["sources"][0]["records"] == 200, 30)
        finally:
            server.terminate()
            assert server.wait(60) == 0
    assert "Traceback" not in (tmp_path / "said").read_text()
    words = [COMMAND, "--data-dir", data, "trace", "--limit", "100", "--jsonl"]
    found = subprocess.run(words, capture_output=True, text=True, check=True, cwd=tmp_path).stdout
    assert len(found.splitlines()) == 40


@pytest.mark.slow
def test_data_is_installed_too(installed: Path) -> None:
    for path in HOUSE.rglob("*"):
        inside = path.relative_to(HOUSE)
        if path.is_file() and not {"__pycache__", "cases"} & set(inside.parts):
            assert (installed / inside).is_file(), f"{inside} is missing"


def _damaged(text: str, chance: random.Random) -> str:
    """A text as logs get damaged: cut, with a piece missing or twice, or with a character that was another."""
    if not text:
        return text
    start, end = sorted((chance.randrange(len(text)), chance.randrange(len(text) + 1)))
    kind = chance.randrange(5)
    if kind == 0:
        return text[:start]
    if kind == 1:
        return text[:start] + text[end:]
    if kind == 2:
        return text[:end] + text[start:]
    other = "".join(chance.choice("0 ,:;=<>[]()\"'aZ-") if chance.random() < 0.05 else char for char in text)
    return other if kind == 3 else text[:start] + other[start:end] + text[end:]


def _messages() -> Iterator[tuple[str, str]]:
    chance = random.Random(1)
    for path in sorted(HOUSE.glob("sources/*/cases/*.json")):
        for case in json.loads(path.read_text()):
            if "program" in case:
                yield case["program"], case["message"]
                yield from ((case["program"], _damaged(case["message"], chance)) for _ in range(VARIANTS))


@pytest.mark.slow
def test_parsers_give_the_same(installed: Path, tmp_path: Path) -> None:
    work = tmp_path / "messages"
    work.write_text("".join(json.dumps(pair) + "\n" for pair in _messages()), encoding="utf-8")
    script = tmp_path / "parse.py"
    script.write_text(_PARSE)
    words = [sys.executable, str(script), str(work)]
    native, plain = (_run(words, tmp_path, sources=sources) for sources in (False, True))
    assert (native.stderr.strip(), plain.stderr.strip()) == ("True", "False")
    pairs = zip(plain.stdout.splitlines(), native.stdout.splitlines(), strict=True)
    assert not [(expected, got) for expected, got in pairs if expected != got]


@pytest.fixture(scope="module", params=["sample", "made", "damaged"])
def logs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs to trace: the bundled estate, a made one of 20,000 lines, the same with every tenth line damaged."""
    if request.param == "sample":
        return HOUSE / "sample" / "estate"
    path = tmp_path_factory.mktemp("logs") / "mail.log"
    words = ["--lines", "20000", "--seed", "11", "--single", str(path)]
    subprocess.run([sys.executable, str(TOP / "bench" / "generate.py"), *words], check=True, capture_output=True)
    if request.param == "damaged":
        chance = random.Random(2)
        lines = path.read_text().splitlines()
        damaged = [_damaged(line, chance) if chance.random() < 0.1 else line for line in lines]
        path.write_text("\n".join(damaged) + "\n")
    return path


@pytest.mark.slow
def test_traces_are_the_same(installed: Path, logs: Path, tmp_path: Path) -> None:
    words = ["trace", "--in", str(logs), "--jsonl", "--limit", "100000"]
    native = _run([str(COMMAND), *words], tmp_path, sources=False).stdout.splitlines()
    plain = _run([sys.executable, "-m", "mailwake", *words], tmp_path, sources=True).stdout.splitlines()
    assert len(native) > 50
    assert native == plain
