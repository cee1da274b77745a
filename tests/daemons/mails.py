"""People who send mail into and out of an estate, of every fate, and write down what must become of each recipient.

Each message has a sender of its own (or, where it has none, a recipient): by it every row is known, those of the
notifications that come back too.
"""

from __future__ import annotations

import random
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Callable
from email.message import EmailMessage
from typing import NamedTuple

from hosts import ADDRESSES, ALIASES, OLD, OLD_ALIASES, USERS, Estate
from servers import DOMAIN

GTUBE = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"
_WORLD = "example.org"
_RETRY = 1.5
"""Seconds after which a greylisted client comes again."""


class End(NamedTuple):
    """What must become of one recipient of one message."""

    sender: str
    original: str
    recipient: str
    status: str
    detail: str


class Post:
    """Everybody who sends. Safe to use from several threads."""

    def __init__(self, estate: Estate) -> None:
        self.estate = estate
        self.ledger: Counter[End] = Counter()
        self.sent: Counter[str] = Counter()
        """Messages by kind."""
        self.held: dict[str, str] = {}
        """Messages on hold: queue ID to what is to be done, `-H` or `-d`."""
        self._lock = threading.Lock()

    def send(self, number: int, chance: random.Random) -> None:
        """One message of some kind."""
        kind = chance.choices(list(KINDS), [weight for weight, _ in KINDS.values()])[0]
        KINDS[kind][1](_Letter(self, number, chance))
        with self._lock:
            self.sent[kind] += 1

    def note(self, sender: str, recipient: str, fate: str, final: str = "") -> None:
        """Write one end down. fate: `Status/Detail`; final: the address where it ended, if it is another one."""
        with self._lock:
            self.ledger[End(sender, recipient, final or recipient, *fate.split("/"))] += 1

    def hold(self, queue_id: str, order: str) -> None:
        """A message is on hold, and waits for an order."""
        with self._lock:
            self.held[queue_id] = order

    def decide(self) -> None:
        """Give the orders about what is on hold."""
        with self._lock:
            held, self.held = self.held, {}
        for queue_id, order in held.items():
            self.estate.postsuper("edge", order, queue_id)


class _Letter:
    """One message, and who sends it."""

    def __init__(self, post: Post, number: int, chance: random.Random) -> None:
        self.number, self.chance, self._post, self._estate = number, chance, post, post.estate
        self.sender = f"s{number}@example.net"

    def users(self, most: int = 3) -> list[str]:
        """Addresses of some mailboxes."""
        return [f"{user}@{DOMAIN}" for user in self.chance.sample(USERS, self.chance.randint(1, most))]

    def note(self, recipient: str, fate: str, final: str = "", sender: str | None = None) -> None:
        """What becomes of a recipient."""
        self._post.note(self.sender if sender is None else sender, recipient, fate, final)

    def bounces(self, recipient: str, fate: str = "Failed/Bounced", final: str = "") -> None:
        """A recipient who does not get it, which the sender is told."""
        self.note(recipient, fate, final)
        self.told()

    def told(self) -> None:
        """The sender gets a notification."""
        is_ours = self.sender.endswith(f"@{DOMAIN}")
        self.note(self.sender, "Delivered/Delivered" if is_ours else "Delivered/Relayed", sender="")

    def arrives(self, recipients: list[str], fate: str = "Delivered/Delivered") -> None:
        """What becomes of several."""
        for one in recipients:
            self.note(one, fate)

    def write(self, subject: str = "", body: str = "Hello\n", **headers: str) -> EmailMessage:
        """The message."""
        made = EmailMessage()
        made["From"] = self.sender or "postmaster@example.net"
        made["To"] = "all who read it"
        made["Subject"] = f"Message {self.number}{subject}"
        made["Message-ID"] = f"<{self.number}@example.net>"
        for name, value in headers.items():
            made[name.replace("_", "-")] = value
        made.set_content(body)
        return made

    def client(self) -> smtplib.SMTP:
        """A server of the world, connected to mx1."""
        made = smtplib.SMTP(ADDRESSES["edge"], self._estate.ports["edge"], "mail.example.net", 60)
        made.ehlo()
        made.docmd("XCLIENT", f"ADDR=203.0.113.{self.number % 250 + 1} NAME=mail.example.net")
        made.ehlo()
        return made

    def send(self, recipients: list[str], mail: EmailMessage | None = None, refused: tuple[str, ...] = ()) -> str:
        """Send to mx1; what it says in the end. refused: whom it must refuse, with the beginning of the reply."""
        data = (mail or self.write()).as_bytes()
        with self.client() as client:
            assert client.mail(self.sender, [f"size={len(data)}"])[0] == 250
            for one in recipients:
                code, said = client.rcpt(one)
                assert (code != 250) == (one in refused), (one, said)
            if len(refused) == len(recipients):
                client.rset()
                return ""
            code, reply = client.data(data)
            return f"{code} {reply.decode()}"

    def take(self, recipients: list[str], mail: EmailMessage | None = None, refused: tuple[str, ...] = ()) -> str:
        """The same; mx1 has to take it. Returns its queue ID."""
        said = self.send(recipients, mail, refused)
        assert "queued as " in said, said
        return said.rpartition(" ")[2]

    def submit(self, recipients: list[str]) -> None:
        """Send as a person of ours, who signs in at relay1."""
        user = self.chance.choice(USERS)
        self.sender = f"{user}+{self.number}@{DOMAIN}"
        ports = self._estate.ports
        with smtplib.SMTP(ADDRESSES["relay"], ports["submission"], "pc.example.com", 60) as client:
            client.login(f"{user}@{DOMAIN}", f"pw-{user}")
            assert client.sendmail(self.sender, recipients, self.write().as_bytes()) == {}

    def hold(self, queue_id: str, order: str) -> None:
        """It is on hold, and waits for an order."""
        self._post.hold(queue_id, order)

    @property
    def outsider(self) -> str:
        """A name for somebody of the world, after a word that says how mail is taken."""
        return f"-{self.number}@{_WORLD}"


def _plain(letter: _Letter) -> None:
    recipients = letter.users()
    letter.take(recipients)
    letter.arrives(recipients)


def _many(letter: _Letter) -> None:
    recipients = letter.users(len(USERS))
    letter.take(recipients)
    letter.arrives(recipients)


def _some_refused(letter: _Letter) -> None:
    unknown = f"nobody{letter.number}@{DOMAIN}"
    users = letter.users()
    recipients = letter.chance.sample([unknown, *users], len(users) + 1)
    letter.take(recipients, refused=(unknown,))
    letter.arrives(users)
    letter.note(unknown, "Failed/Rejected")


def _refused(letter: _Letter) -> None:
    unknown = letter.chance.choice((f"nobody@{DOMAIN}", "somebody@example.org"))
    letter.send([unknown], refused=(unknown,))
    letter.note(unknown, "Failed/Rejected")


def _greylisted(letter: _Letter) -> None:
    letter.sender = f"grey{letter.number}@example.net"
    recipients = letter.users(2)
    letter.send(recipients, refused=tuple(recipients))
    letter.arrives(recipients, "Pending/Greylisted")
    time.sleep(_RETRY)
    letter.take(recipients)
    letter.arrives(recipients)


def _spam(letter: _Letter) -> None:
    recipients = letter.users(2)
    assert letter.send(recipients, letter.write(body=f"{GTUBE}\n")).startswith("554 5.7.1")
    letter.arrives(recipients, "Failed/Rejected")


def _put_off(letter: _Letter) -> None:
    recipients = letter.users(1)
    assert letter.send(recipients, letter.write(X_Later="yes")).startswith("451 4.7.1")
    letter.arrives(recipients, "Pending/Deferred")


def _rewritten(letter: _Letter) -> None:
    recipients = letter.users(1)
    letter.take(recipients, letter.write(" rewritten"))
    letter.arrives(recipients)


def _too_big(letter: _Letter) -> None:
    with letter.client() as client:
        code, said = client.mail(letter.sender, ["size=5000000"])
        assert (code, said[:5]) == (552, b"5.3.4")
    letter.note("", "Failed/Rejected")


def _released(letter: _Letter) -> None:
    recipients = letter.users(2)
    letter.hold(letter.take(recipients, letter.write(" held")), "-H")
    letter.arrives(recipients)


def _deleted(letter: _Letter) -> None:
    recipients = letter.users(2)
    letter.hold(letter.take(recipients, letter.write(" held")), "-d")
    letter.arrives(recipients, "Failed/Deleted")


def _kept(letter: _Letter) -> None:
    recipients = letter.users(2)
    letter.take(recipients, letter.write(" held"))
    letter.arrives(recipients, "Quarantined/Held")


def _expanded(letter: _Letter) -> None:
    name = letter.chance.choice(list(ALIASES))
    alias = f"{name}@{DOMAIN}"
    letter.take([alias])
    if len(ALIASES[name]) > 1:  # an alias of one is another name of that mailbox
        letter.note(alias, "Expanded/Expanded")
    for member in ALIASES[name]:
        if "@" in member:
            letter.note(alias, "Delivered/Relayed", member)
        else:
            letter.note(alias, "Delivered/Delivered", f"{member}@{DOMAIN}")


def _forwarded(letter: _Letter) -> None:
    """By mx1 to Exim, and from there to relay1."""
    user = letter.chance.choice(USERS)
    letter.take([f"{user}@{OLD}"])
    letter.note(f"{user}@{OLD}", "Delivered/Delivered", f"{user}@{DOMAIN}")


def _expanded_by_exim(letter: _Letter) -> None:
    name = letter.chance.choice(("club", "mixed"))
    alias = f"{name}@{OLD}"
    letter.take([alias])
    letter.note(alias, "Expanded/Expanded")
    for member in OLD_ALIASES[name]:
        if member.startswith("no-"):
            letter.bounces(alias, final=member)
        else:
            letter.note(alias, "Delivered/Delivered", f"{member}@{DOMAIN}")


def _unknown_to_exim(letter: _Letter) -> None:
    """Who is refused by a host of ours bounces; another recipient may get it."""
    users = [f"{letter.chance.choice(USERS)}@{OLD}"] if letter.chance.random() < 0.5 else []
    letter.take([*users, f"nobody@{OLD}"])
    for one in users:
        letter.note(one, "Delivered/Delivered", one.replace(OLD, DOMAIN))
    letter.bounces(f"nobody@{OLD}")


def _over_quota(letter: _Letter) -> None:
    users = letter.users(2)
    letter.take([f"full@{DOMAIN}", *users])
    letter.arrives(users)
    letter.bounces(f"full@{DOMAIN}")


def _sieve(letter: _Letter) -> None:
    users = letter.users(2) if letter.chance.random() < 0.3 else []
    name = letter.chance.choice(("bin", "no", "on", "sorted"))
    one = f"{name}@{DOMAIN}"
    letter.take([*users, one])
    letter.arrives(users)
    if name == "on":
        letter.note(one, "Expanded/Redirected", f"u8@{DOMAIN}")
        letter.note(one, "Delivered/Delivered", f"u8@{DOMAIN}")
    else:
        letter.note(one, {"bin": "Failed/Discarded", "no": "Failed/Rejected"}.get(name, "Delivered/Delivered"))
    if name == "no":
        letter.told()


def _null_sender(letter: _Letter) -> None:
    letter.sender = ""
    recipient = f"{letter.chance.choice(USERS)}+n{letter.number}@{DOMAIN}"
    letter.take([recipient])
    letter.note(recipient, "Delivered/Delivered")


def _given_up(letter: _Letter) -> None:
    """The client goes away in the middle of the data: no message."""
    client = letter.client()
    client.mail(letter.sender)
    client.rcpt(letter.users(1)[0])
    client.putcmd("data")
    client.getreply()
    client.send(letter.write().as_bytes()[:120])
    client.close()


def _submitted(letter: _Letter) -> None:
    users = letter.users(2)
    letter.submit([*users, f"ok{letter.outsider}"])
    letter.arrives(users)
    letter.note(f"ok{letter.outsider}", "Delivered/Relayed")


def _later(letter: _Letter) -> None:
    letter.submit([f"later{letter.outsider}"])
    letter.note(f"later{letter.outsider}", "Delivered/Relayed")


def _turned(letter: _Letter) -> None:
    letter.submit([f"turned{letter.outsider}", f"ok{letter.outsider}"])
    letter.note(f"ok{letter.outsider}", "Delivered/Relayed")
    letter.bounces(f"turned{letter.outsider}")


def _never(letter: _Letter) -> None:
    letter.submit([f"never{letter.outsider}"])
    letter.bounces(f"never{letter.outsider}", "Failed/Expired")


def _bounced(letter: _Letter) -> None:
    users = letter.users(1)
    letter.submit([f"no{letter.outsider}", *users])
    letter.arrives(users)
    letter.bounces(f"no{letter.outsider}")


KINDS: dict[str, tuple[int, Callable[[_Letter], None]]] = {
    "plain": (20, _plain),
    "many": (2, _many),
    "some refused": (6, _some_refused),
    "refused": (5, _refused),
    "greylisted": (4, _greylisted),
    "spam": (5, _spam),
    "put off": (2, _put_off),
    "rewritten": (3, _rewritten),
    "too big": (2, _too_big),
    "released": (1, _released),
    "deleted": (1, _deleted),
    "kept": (1, _kept),
    "expanded": (6, _expanded),
    "forwarded": (6, _forwarded),
    "expanded by Exim": (3, _expanded_by_exim),
    "unknown to Exim": (3, _unknown_to_exim),
    "over quota": (3, _over_quota),
    "Sieve": (6, _sieve),
    "null sender": (2, _null_sender),
    "given up": (2, _given_up),
    "submitted": (8, _submitted),
    "later": (3, _later),
    "turned": (2, _turned),
    "never": (2, _never),
    "bounced": (3, _bounced),
}
"""How often, and how, each kind is sent."""
