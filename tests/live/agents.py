"""An agent of a test's own, and what it is pointed at."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

from tests.live.conftest import TOKEN, TOP, stamped


class Agent:
    """An agent of a test's own."""

    def __init__(self, folder: Path, name: str, url: str, *, token: str = TOKEN, more: str = "") -> None:
        self.folder = folder / f"agent-{name}"
        self.folder.mkdir()
        self.name, self.log = name, self.folder / "mail.log"
        self.spool = self.folder / "spool"
        self.config = self.folder / "agent.toml"
        self.process: subprocess.Popen[bytes] | None = None
        self.before: list[str] = []
        """Words before its command line, such as those that put it into another network."""
        self._token, self._more = token, more
        self.point(url)

    def point(self, url: str) -> None:
        """Where it is to send."""
        self.config.write_text(
            f'[server]\nurl = "{url}/ingest/{self.name}"\ntoken = "{self._token}"\n'
            f'[spool]\npath = "spool"\n{self._more}[[source]]\ntype = "file"\npath = "mail.log"\n'
        )

    def trust(self, path: Path) -> None:
        """Whose certificates it is to trust."""
        lines = [line for line in self.config.read_text().splitlines() if not line.startswith("ca =")]
        self.config.write_text("\n".join([lines[0], f'ca = "{path}"', *lines[1:]]) + "\n")

    def write(self, first: int, count: int) -> None:
        """Messages to its log."""
        with self.log.open("a") as file:
            for number in range(first, first + count):
                file.writelines(f"{text}\n" for text in stamped(number))

    def command(self, *words: str) -> list[str]:
        """Its command line."""
        return [*self.before, sys.executable, "-m", "mailwake", "agent", "--config", str(self.config), *words]

    def start(self) -> None:
        """Start it."""
        with (self.folder / "said").open("ab") as file:
            self.process = subprocess.Popen(self.command(), cwd=TOP, stderr=file, stdout=file)

    def check(self) -> tuple[int, str]:
        """What --check says."""
        done = subprocess.run(self.command("--check"), cwd=TOP, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def end(self, number: int = signal.SIGTERM) -> None:
        """End it, in order or not."""
        if self.process is not None:
            self.process.send_signal(number)
            code = self.process.wait(30)
            assert number != signal.SIGTERM or code == 0, (self.folder / "said").read_text()
            self.process = None

    @property
    def is_empty(self) -> bool:
        """Whether all it read is with the server."""
        return not list(self.spool.glob("*.batch"))

    @property
    def memory(self) -> int:
        """Its resident memory, bytes."""
        assert self.process is not None
        text = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("VmRSS"))


def push(*names: str) -> str:
    return "".join(f'[[source]]\ntype = "push"\nname = "{name}"\ntoken = "{TOKEN}"\n' for name in names)
