"""What the sample's stories share: the files they write into, time, identifiers and the rows they must come out as."""

from __future__ import annotations

from binascii import b2a_base64
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

MONDAY = datetime(2026, 11, 16, tzinfo=UTC).timestamp()
MX1, SUBMIT, IMAP1 = "mx1/mail.log", "submit/mail.log", "imap1/mail.log"
RSPAMD, EXIM, EXIM_REJECT = "mx1/rspamd.log", "exim1/mainlog", "exim1/rejectlog"
_BASE52 = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Client(NamedTuple):
    """A host outside that connects."""

    name: str
    ip: str
    helo: str = ""

    def __str__(self) -> str:
        return f"{self.name}[{self.ip}]"


class Mail(NamedTuple):
    """One message as its sender sent it."""

    sender: str
    rcpts: tuple[str, ...]
    subject: str
    message_id: str
    size: int
    client: Client


def at(day: int, clock: str) -> float:
    """Seconds since the epoch: 0 is Monday 2026-11-16, clock is UTC."""
    hours, minutes, *rest = clock.split(":")
    return MONDAY + day * 86_400 + int(hours) * 3600 + int(minutes) * 60 + float(rest[0] if rest else 0)


def digits(number: int, alphabet: str, width: int) -> str:
    """A number in a positional alphabet."""
    text = ""
    while number:
        number, digit = divmod(number, len(alphabet))
        text = alphabet[digit] + text
    return text.rjust(width, "0")


class Book:
    """All lines of all files, and the truth."""

    def __init__(self, seed: int) -> None:
        self.rnd = Random(seed)
        self.rows: list[list[str | None]] = []
        self._lines: dict[str, list[tuple[float, int, str]]] = {}

    def syslog(self, file: str, when: float, tag: str, text: str) -> None:
        """A line in RSYSLOG_FileFormat; the host is the file's folder."""
        moment = datetime.fromtimestamp(round(when, 6), UTC)
        self.line(file, when, f"{moment:%Y-%m-%dT%H:%M:%S.%f}+00:00 {file.split('/')[0]} {tag}: {text}")

    def line(self, file: str, when: float, text: str) -> None:
        """A line that carries its own stamp."""
        lines = self._lines.setdefault(file, [])
        lines.append((when, len(lines), text))

    def row(self, sender: str | None, rcpt: str | None, final: str | None, status: str, detail: str) -> None:
        """One row that a trace of the sample has to show."""
        self.rows.append([sender, rcpt, final, status, detail])

    def files(self) -> dict[str, str]:
        """Finished contents, lines in order of time."""
        return {name: "".join(text + "\n" for _, _, text in sorted(lines)) for name, lines in self._lines.items()}

    def short_id(self) -> str:
        """A short Postfix queue ID."""
        return f"{self.rnd.randrange(1_000_000):05X}28C{self.rnd.randrange(4096):03X}"

    def long_id(self, when: float) -> str:
        """A long Postfix queue ID made at that time."""
        inode = digits(self.rnd.randrange(7_000_000, 7_100_000), _BASE52[:-1], 4)
        return f"{digits(int(when), _BASE52, 6)}{digits(int(when % 1 * 1_000_000), _BASE52, 4)}z{inode}"

    def exim_id(self, when: float) -> str:
        """An Exim message id of 4.96."""
        head, pid = digits(int(when), _BASE62, 6), digits(self.rnd.randrange(9_000, 14_000), _BASE62, 6)
        return f"{head}-{pid}-{digits(int(when % 1 * 2000), _BASE62, 2)}"

    def token(self) -> str:
        """A session token of Dovecot's LMTP."""
        return b2a_base64(self.rnd.randbytes(12), newline=False).decode() + "N4y/oA"

    def mid(self, domain: str) -> str:
        """A Message-ID."""
        return f"<{self.rnd.randbytes(8).hex()}@{domain}>"

    def pid(self) -> int:
        """A process id."""
        return self.rnd.randrange(2_000, 32_000)
