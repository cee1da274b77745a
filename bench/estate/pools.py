"""Names that the estate's mail is made of, drawn once with a fixed seed so that picking one costs an index.

Everything lies in ranges kept for documentation: example.com/net/org, *.example, *.test, 192.0.2/24, 198.51.100/24,
203.0.113/24, 2001:db8::/32.
"""

from __future__ import annotations

from random import Random
from typing import NamedTuple

BITS = 16
"""Every drawn pool holds 2**BITS entries: pool[getrandbits(BITS)] is a draw."""


def _words(*lines: str) -> tuple[str, ...]:
    return tuple(" ".join(lines).split())


WORDS = _words(
    "invoice order meeting report update budget project delivery contract offer reminder minutes agenda ",
    "payment summary schedule review draft proposal question answer ticket shipping newsletter ",
    "statement account holiday training plan quarterly weekly monthly final urgent revised customer ",
    "supplier warehouse server backup certificate renewal audit travel expense interview candidate ",
    "welcome survey launch release maintenance outage window pricing catalogue stock sample quality ",
    "complaint refund booking confirmation signature policy board season autumn logistics pallet ",
    "harbour",
)
FIRST = _words(
    "alice bob carol dave erin frank grace heidi ivan judy mallory nina oscar peggy quinn rupert sybil trent uma",
)
LAST = _words("berg ekman jansen devries martin dubois chen wang larsen smith novak rossi silva kumar tanaka")
FOREIGN = ("net", "example", "test")
OURS = ("example.com", "example.com", "example.com", "example.org", "sales.example.org")


class Client(NamedTuple):
    """A host that connects to ours."""

    name: str
    ip: str
    helo: str


class Mx(NamedTuple):
    """A host that ours connect to."""

    relay: str
    domain: str


def _zipf(rnd: Random, size: int) -> int:
    """An index below size, small ones far more often (log-uniform, close to Zipf with exponent 1)."""
    return min(int((size + 1) ** rnd.random()) - 1, size - 1)


def _ip(rnd: Random, i: int) -> str:
    if i % 9 == 0:
        return f"2001:db8:{rnd.getrandbits(12):x}::{rnd.getrandbits(16):x}"
    net = ("192.0.2", "198.51.100", "203.0.113")[i % 3]
    return f"{net}.{1 + (i // 3) % 254}"


class Pools:
    """All draws of one seed."""

    def __init__(self, seed: int) -> None:
        rnd = Random(seed)
        draws = range(1 << BITS)
        domains = [self._domain(rnd, i) for i in range(4000)]
        people = [self._person(rnd, i, domains[_zipf(rnd, len(domains))]) for i in range(120_000)]
        users = [self._person(rnd, i, OURS[i % len(OURS)]) for i in range(8_000)]
        clients = [self._client(rnd, i) for i in range(3_000)]
        hosts = [self._mx(rnd, i, d) for i, d in enumerate(domains)]
        self.senders = [people[_zipf(rnd, len(people))] for _ in draws]
        self.users = [users[_zipf(rnd, len(users))] for _ in draws]
        self.clients = [clients[_zipf(rnd, len(clients))] for _ in draws]
        self.remotes = [self._remote(rnd, hosts[_zipf(rnd, len(hosts))]) for _ in draws]
        self.subjects = [self._subject(rnd) for _ in draws]
        self.sizes = [str(int(900 + 4_000 * rnd.random() + 4_000_000 * rnd.random() ** 9)) for _ in draws]
        self.delays = [self._delay(rnd) for _ in draws]
        self.micros = [rnd.randrange(1_000_000) for _ in draws]

    @staticmethod
    def _domain(rnd: Random, i: int) -> str:
        top = FOREIGN[i % 3]
        word = f"{rnd.choice(WORDS)}{i}"
        return f"{word}.example.net" if top == "net" else f"{word}.{top}"

    @staticmethod
    def _person(rnd: Random, i: int, domain: str) -> str:
        first, last = rnd.choice(FIRST), rnd.choice(LAST)
        if i % 23 == 0:
            return f"bounce+{i}-{last}=example.com@{domain}"
        return f"{first}.{last}{i}@{domain}" if i % 3 else f"{first[0]}{last}{i}@{domain}"

    @staticmethod
    def _client(rnd: Random, i: int) -> Client:
        ip = _ip(rnd, i)
        name = "unknown" if i % 7 == 0 else f"mail{i}.{rnd.choice(WORDS)}.example"
        return Client(name, ip, f"mail{i}.{rnd.choice(WORDS)}.example")

    @staticmethod
    def _mx(rnd: Random, i: int, domain: str) -> Mx:
        return Mx(f"mx{1 + i % 3}.{domain}[{_ip(rnd, i + 1)}]:25", domain)

    @staticmethod
    def _remote(rnd: Random, mx: Mx) -> tuple[str, str]:
        name = f"{rnd.choice(FIRST)}.{rnd.choice(LAST)}{int(2000 ** rnd.random())}"
        return f"{name}@{mx.domain}", mx.relay

    @staticmethod
    def _subject(rnd: Random) -> str:
        words = [WORDS[_zipf(rnd, len(WORDS))] for _ in range(1 + rnd.getrandbits(2))]
        if rnd.getrandbits(2) == 0:
            words.append(str(rnd.randrange(10_000, 99_999)))
        return " ".join(words).capitalize()

    @staticmethod
    def _delay(rnd: Random) -> str:
        a, b, c, d = (round(rnd.random() ** 3, 2) for _ in range(4))
        return f"delay={round(a + b + c + d, 2)}, delays={a}/{b}/{c}/{d}"
