"""What all stories of the estate share: time, names, queue IDs, the ledger of what really happened."""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from random import Random

from estate.pools import BITS, Pools
from estate.wheel import Wheel

HOSTS = ("mx1", "mx2", "out1", "imap1")
IMAP = "imap1.example.com[192.0.2.30]:24"
OUT = "out1.example.com[192.0.2.40]:25"
TLS_IN = (
    "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits)"
    " server-digest SHA256"
)
_BASE52 = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz"
_SHORT_IDS = 1 << 15
"""So many short queue IDs exist on a host before they repeat: few enough that a large run reuses them."""


def digits(number: int, width: int, base: int = 52) -> str:
    """A number in the digits of Postfix's long queue IDs (52; 51 for the inode, which leaves `z` as separator)."""
    text = ""
    while number:
        number, digit = divmod(number, base)
        text = _BASE52[digit] + text
    return text.rjust(width, "0")


class Ids:
    """Queue IDs of one host: short ones come round again, long ones never do."""

    def __init__(self, rnd: Random, wheel: Wheel, long: bool, inode: int) -> None:
        self._wheel = wheel
        self._second = -1
        self._head = ""
        self._long = long
        self.alive: set[str] = set()
        """Deferred messages: their IDs cannot be given again."""
        if long:
            tails = [f"{digits(rnd.randrange(1_000_000), 4)}z{digits(inode + i % 997, 4, 51)}" for i in range(1 << 14)]
        else:
            tails = [f"{rnd.randrange(1_000_000):05X}{inode + i % 4096:06X}" for i in range(_SHORT_IDS)]
        self._next: Iterator[str] = cycle(dict.fromkeys(tails))

    def new(self) -> str:
        """The queue ID of a message that arrives now."""
        if not self._long:
            found = next(self._next)
            while found in self.alive:
                found = next(self._next)
            return found
        if self._wheel.now != self._second:
            self._second = self._wheel.now
            self._head = digits(self._second, 6)
        return self._head + next(self._next)


class Ledger:
    """JSON lines of what happened to every message and recipient; None as path keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._file = path.open("w", encoding="utf-8") if path else None
        self._rows: list[str] = []

    def add(self, sender: str, rcpt: str, orig: str, status: str, detail: str, message_id: str) -> None:
        """Note one end. Addresses here never need escaping."""
        if self._file:
            self._rows.append(
                f'{{"sender":"{sender}","recipient":"{rcpt}","orig":"{orig}","status":"{status}","detail":"{detail}",'
                f'"message_id":"{message_id}"}}\n'
            )
            if len(self._rows) > 4096:
                self._flush()

    def _flush(self) -> None:
        if self._file:
            self._file.writelines(self._rows)
        self._rows = []

    def close(self) -> None:
        """Write the rest."""
        self._flush()
        if self._file:
            self._file.close()


class World:
    """One estate while it runs."""

    def __init__(self, seed: int, wheel: Wheel, ledger: Ledger) -> None:
        rnd = Random(seed + 1)
        self.wheel = wheel
        self.ledger = ledger
        self.rnd = rnd
        self.bits = rnd.getrandbits
        self.pools = Pools(seed)
        self.mx1 = Ids(rnd, wheel, False, 0x28C000)
        self.mx2 = Ids(rnd, wheel, True, 5_000_000)
        self.out1 = Ids(rnd, wheel, True, 9_000_000)
        self.smtpd = cycle(range(20_000, 20_300)).__next__
        """Sessions take the next pid in turn, so two open sessions never share one."""
        self.worker = cycle(range(31_000, 31_060)).__next__
        self.open: dict[str, tuple[str, str, str, str]] = {}
        """Deferred recipients without an end so far, for the ledger."""

    def message_id(self, domain: str) -> str:
        """A Message-ID in one of the usual styles."""
        number = self.bits(64)
        style = number & 3
        if style == 0:
            return f"<{number:016x}@{domain}>"
        if style == 1:
            text = b2a_base64(number.to_bytes(8, "big"), newline=False)[:11].decode().replace("/", "_")
            return f"<CA+{text}@mail.example.net>"
        if style == 2:
            low = f"{number & 0xFFFF:04x}-4{number >> 20 & 0xFFF:03x}-a{number >> 8 & 0xFFF:03x}"
            return f"<{number >> 32:08x}-{low}@{domain}>"
        return f"<{self.wheel.now}.{number >> 24}.JavaMail.app@{domain}>"

    def token(self) -> str:
        """The session token that Dovecot's LMTP puts into its reply and its own log."""
        return b2a_base64(self.bits(96).to_bytes(12, "big"), newline=False).decode() + "N4y/oA"

    def draw(self) -> int:
        """An index into any of the pools."""
        return self.bits(BITS)
