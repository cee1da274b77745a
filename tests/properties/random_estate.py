"""Random small estates as log text: several hosts, messages of every kind and fate, queue IDs that come again.

A `Spec` is one message in numbers, so that hypothesis can make it smaller; `build` writes what each host logs of all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

BASE = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
OUTSIDE = "out.example.net[192.0.2.1]"
EDGE = "edge.example.org[10.0.0.1]"
Lines = dict[str, list[str]]


class Spec(NamedTuple):
    """One message."""

    kind: str
    gap: int
    """Seconds after the beginning of the message before it."""
    ends: tuple[int, ...]
    """For each recipient how it ends, as an index into ENDS."""
    reuse: bool
    """Take a queue ID that an earlier message has left."""


ENDS = ("sent", "bounced", "deferred", "sent later", "expired")
_REPLY = {"sent": "2.0.0", "bounced": "5.1.1", "deferred": "4.4.1"}


class Writer:
    """Collects lines of all hosts and hands out queue IDs."""

    def __init__(self, *, micros: bool) -> None:
        self.lines: list[tuple[int, str, str]] = []
        self._micros = micros
        self._next = 0
        self._left: dict[str, list[tuple[int, str]]] = {}

    def say(self, second: int, host: str, program: str, text: str) -> None:
        """One line; within a second microseconds grow from line to line, if there are any."""
        self.lines.append((second, host, f"{program}: {text}"))

    def queue_id(self, host: str, spec: Spec, begin: int) -> str:
        """A new ID, or one whose message left this host's queue before."""
        free = self._left.get(host, [])
        for place, (end, name) in enumerate(free):
            if spec.reuse and end + 2 <= begin:
                del free[place]
                return name
        self._next += 1
        return f"{0xA00000000 + self._next * 7919:X}"

    def leave(self, host: str, name: str, second: int) -> None:
        """The message is gone: its ID may come again."""
        self.say(second, host, "postfix/qmgr[3]", f"{name}: removed")
        self._left.setdefault(host, []).append((second, name))

    def files(self) -> Lines:
        """Lines by host, each in the order of its clock."""
        found: Lines = {}
        for number, (second, host, text) in enumerate(sorted(self.lines, key=lambda line: line[0])):
            when = BASE + timedelta(seconds=second, microseconds=number % 90_000 * 11 if self._micros else 0)
            found.setdefault(host, []).append(f"{when.isoformat()} {host} {text}")
        return found


def _recipients(number: int, spec: Spec) -> list[tuple[str, str]]:
    return [(f"r{number}.{place}@example.org", ENDS[end]) for place, end in enumerate(spec.ends)]


def _arrive(out: Writer, host: str, name: str, at: int, number: int, client: str, count: int) -> None:
    out.say(at, host, "postfix/smtpd[1]", f"{name}: client={client}")
    out.say(at, host, "postfix/cleanup[2]", f"{name}: message-id=<{number}@example.net>")
    out.say(
        at,
        host,
        "postfix/qmgr[3]",
        f"{name}: from=<s{number}@example.net>, size={100 + number}, nrcpt={count} (queue active)",
    )


def _try(
    out: Writer, host: str, name: str, at: int, to: str, status: str, delay: int, reply: str = "250 2.0.0 Ok"
) -> None:
    text = reply if status == "sent" else f"host mx.example.com[198.51.100.1] said: {_REPLY[status][0]}50 no"
    out.say(
        at,
        host,
        "postfix/smtp[4]",
        f"{name}: to=<{to}>, relay=mx.example.com[198.51.100.1]:25, delay={delay}, delays=0/0/0/{delay},"
        f" dsn={_REPLY[status]}, status={status} ({text})",
    )


def _finish(out: Writer, host: str, name: str, begin: int, ends: Sequence[tuple[str, str]], sender: str) -> None:
    """All recipients come to their end, retries included; then the message is removed, or stays."""
    last, stays = begin + 2, False
    for to, end in ends:
        if end in ("sent", "bounced"):
            _try(out, host, name, begin + 2, to, end, 2)
            continue
        for wait in (2, 400, 3000):
            _try(out, host, name, begin + wait, to, "deferred", wait)
        if end == "sent later":
            _try(out, host, name, begin + 8000, to, "sent", 8000)
            last = max(last, begin + 8000)
        elif end == "expired":
            last = max(last, begin + 9000)
        else:
            stays = True
    failed = [to for to, end in ends if end in ("bounced", "expired")]
    if any(end == "expired" for _, end in ends):
        out.say(begin + 9000, host, "postfix/qmgr[3]", f"{name}: from=<{sender}>, status=expired, returned to sender")
        stays = False
    if failed:
        child = f"F{name[1:]}{begin % 16:X}"
        out.say(last, host, "postfix/cleanup[2]", f"{child}: message-id=<n{child}@example.org>")
        out.say(last, host, "postfix/bounce[8]", f"{name}: sender non-delivery notification: {child}")
        out.say(last, host, "postfix/qmgr[3]", f"{child}: from=<>, size=2000, nrcpt=1 (queue active)")
        # A server in the world makes its queue IDs as ours do: the same one may come twice.
        _try(out, host, child, last + 1, sender, "sent", 1, "250 2.0.0 Ok: queued as C000000001")
        out.say(last + 1, host, "postfix/qmgr[3]", f"{child}: removed")
    if not stays:
        out.leave(host, name, last)


def _outbound(out: Writer, number: int, spec: Spec, at: int) -> None:
    name = out.queue_id("edge", spec, at)
    login = "pc.example[192.0.2.9], sasl_method=PLAIN, sasl_username=bob@example.org"
    _arrive(out, "edge", name, at, number, login, len(spec.ends))
    _finish(out, "edge", name, at, _recipients(number, spec), f"s{number}@example.net")


def _two_hops(out: Writer, number: int, spec: Spec, at: int) -> None:
    first, second = out.queue_id("edge", spec, at), out.queue_id("store", spec, at + 1)
    _arrive(out, "edge", first, at, number, OUTSIDE, len(spec.ends))
    _arrive(out, "store", second, at + 1, number, EDGE, len(spec.ends))
    reply = f"250 2.0.0 Ok: queued as {second}" if number % 3 else "250 2.0.0 Ok"
    for to, _ in _recipients(number, spec):
        _try(out, "edge", first, at + 2, to, "sent", 2, reply)
    out.leave("edge", first, at + 2)
    _finish(out, "store", second, at + 1, _recipients(number, spec), f"s{number}@example.net")


def _filtered(out: Writer, number: int, spec: Spec, at: int) -> None:
    first, second = out.queue_id("edge", spec, at), out.queue_id("edge", spec, at + 1)
    _arrive(out, "edge", first, at, number, OUTSIDE, len(spec.ends))
    origin = f", orig_queue_id={first}, orig_client={OUTSIDE}" if number % 2 else ""
    _arrive(out, "edge", second, at + 1, number, "localhost[127.0.0.1]" + origin, len(spec.ends))
    reply = f"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as {second}"
    for to, _ in _recipients(number, spec):
        _try(out, "edge", first, at + 2, to, "sent", 2, reply)
    out.leave("edge", first, at + 2)
    _finish(out, "edge", second, at + 1, _recipients(number, spec), f"s{number}@example.net")


def _mailbox(out: Writer, number: int, spec: Spec, at: int) -> None:
    name = out.queue_id("store", spec, at)
    _arrive(out, "store", name, at, number, OUTSIDE, len(spec.ends))
    for place, (to, end) in enumerate(_recipients(number, spec)):
        token = f"tok{number:04d}AAAAAAAAAAAAAAA" + (f":R{place + 1}" if place else "")
        what = {
            "sent": "stored mail into mailbox 'INBOX'",
            "bounced": "fileinto action: stored mail into mailbox 'Junk'",
        }
        said = what.get(
            end, "discard action: Marked message to be discarded if not explicitly delivered (discard action)"
        )
        out.say(at + 1, "store", f"dovecot: lmtp({to})<9><{token}>", f"sieve: msgid=<{number}@example.net>: {said}")
        out.say(
            at + 1,
            "store",
            "postfix/lmtp[5]",
            f"{name}: to=<{to}>, relay=store[private/dovecot-lmtp], delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent"
            f" (250 2.0.0 <{to}> {token} Saved)",
        )
    out.leave("store", name, at + 1)


def _refused(out: Writer, number: int, spec: Spec, at: int) -> None:
    for to, end in _recipients(number, spec):
        code = "550 5.1.1" if end in ("sent", "bounced") else "450 4.2.0"
        text = f"NOQUEUE: reject: RCPT from {OUTSIDE}: {code} <{to}>: Recipient address rejected: x;"
        out.say(at, "edge", "postfix/smtpd[1]", f"{text} from=<s{number}@example.net> to=<{to}> proto=ESMTP helo=<h>")


def _gave_up(out: Writer, number: int, spec: Spec, at: int) -> None:
    name = out.queue_id("edge", spec, at)
    out.say(at, "edge", "postfix/smtpd[1]", f"{name}: client={OUTSIDE}")
    out.say(at, "edge", "postfix/cleanup[2]", f"{name}: message-id=<{number}@example.net>")
    out.say(at + 1, "edge", "postfix/smtpd[1]", f"lost connection after DATA from {OUTSIDE}")


def _deleted(out: Writer, number: int, spec: Spec, at: int) -> None:
    name = out.queue_id("edge", spec, at)
    _arrive(out, "edge", name, at, number, OUTSIDE, len(spec.ends))
    for to, _ in _recipients(number, spec):
        _try(out, "edge", name, at + 2, to, "deferred", 2)
    order = f"{name}: removed" if spec.ends[0] < 3 else "Deleted: 1 message"
    out.say(at + 900, "edge", "postfix/postsuper[9]", order)


def _milter(out: Writer, number: int, spec: Spec, at: int) -> None:
    name = out.queue_id("edge", spec, at)
    out.say(at, "edge", "postfix/smtpd[1]", f"{name}: client={OUTSIDE}")
    out.say(at, "edge", "postfix/cleanup[2]", f"{name}: message-id=<{number}@example.net>")
    end = _recipients(number, spec)
    envelope = f"from=<s{number}@example.net> to=<{end[0][0]}> proto=ESMTP helo=<h>"
    out.say(
        at + 1,
        "edge",
        "postfix/cleanup[2]",
        f"{name}: milter-reject: END-OF-MESSAGE from {OUTSIDE}: 5.7.1 no; {envelope}",
    )


def _exim(out: Writer, number: int, spec: Spec, at: int) -> None:
    name, tag = f"1r{number:04d}-0001Ab-Cd", "exim[7]"
    ends = _recipients(number, spec)
    out.say(
        at,
        "old",
        tag,
        f"{name} <= s{number}@example.net H={OUTSIDE.replace('[', ' [')} P=esmtp S=9 id={number}@example.net",
    )
    for to, end in ends:
        route = "R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.1]"
        arrow = {"sent": "=>", "sent later": "=>", "bounced": "**"}.get(end, "==")
        rest = {"=>": 'C="250 Ok"', "**": ": 550 no", "==": "defer (-44): 451 later"}[arrow]
        out.say(at + 1, "old", tag, f"{name} {arrow} {to} {route} {rest}")
    if all(end != "deferred" and end != "expired" for _, end in ends):
        out.say(at + 2, "old", tag, f"{name} Completed")


def _door(out: Writer, number: int, spec: Spec, at: int) -> None:
    """A rule of access(5) holds the message before it has a queue ID; mostly somebody releases it."""
    name = out.queue_id("edge", spec, at)
    ends = _recipients(number, spec)
    text = f"NOQUEUE: hold: RCPT from {OUTSIDE}: <{ends[0][0]}>: Recipient address triggers HOLD action;"
    envelope = f"from=<s{number}@example.net> to=<{ends[0][0]}> proto=ESMTP helo=<h>"
    out.say(at, "edge", "postfix/smtpd[1]", f"{text} {envelope}")
    out.say(at, "edge", "postfix/smtpd[1]", f"{name}: client={OUTSIDE}")
    out.say(at, "edge", "postfix/cleanup[2]", f"{name}: message-id=<{number}@example.net>")
    if spec.ends[0] < 4:
        out.say(at + 1500, "edge", "postfix/postsuper[9]", f"{name}: released from hold")
        text = f"{name}: from=<s{number}@example.net>, size={100 + number}, nrcpt={len(ends)} (queue active)"
        out.say(at + 1501, "edge", "postfix/qmgr[3]", text)
        _finish(out, "edge", name, at + 1501, ends, f"s{number}@example.net")


def _proxy(out: Writer, number: int, spec: Spec, at: int) -> None:
    """amavisd before the queue: takes it, or refuses it under its own id."""
    name = out.queue_id("edge", spec, at + 1)
    ends = _recipients(number, spec)
    names = ",".join(f"<{to}>" for to, _ in ends)
    out.say(at, "edge", "postfix/smtpd[1]", f"NOQUEUE: client={OUTSIDE}")
    head = f"(02279-{number:02}) WORD, [192.0.2.1]:1 [192.0.2.1] <s{number}@example.net> -> {names},"
    tail = f" Message-ID: <{number}@example.net>, mail_id: abcDEF, Hits: 1.5, size: 888, 80 ms"
    envelope = f"from=<s{number}@example.net> to=<{ends[-1][0]}> proto=ESMTP helo=<h>"
    if spec.ends[0] == 1:
        out.say(at + 1, "edge", "amavis[5]", head.replace("WORD", "Blocked SPAM {RejectedInbound}") + tail)
        text = f"proxy-reject: END-OF-MESSAGE: 554 5.7.0 Reject, id=02279-{number:02} - SPAM; {envelope}"
        out.say(at + 1, "edge", "postfix/smtpd[1]", text)
        return
    _arrive(out, "edge", name, at + 1, number, "localhost[127.0.0.1]", len(ends))
    tail = tail.replace("80 ms", f"queued_as: {name}, 80 ms")
    out.say(at + 1, "edge", "amavis[5]", head.replace("WORD", "Passed CLEAN {RelayedInbound}") + tail)
    reply = f"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as {name}"
    out.say(at + 1, "edge", "postfix/smtpd[1]", f"proxy-accept: END-OF-MESSAGE: {reply}; {envelope}")
    _finish(out, "edge", name, at + 1, ends, f"s{number}@example.net")


def _echo(out: Writer, number: int, spec: Spec, at: int) -> None:
    """Another server of ours refuses what this one hands over: both logs tell of it."""
    name = out.queue_id("edge", spec, at)
    ends = _recipients(number, spec)
    _arrive(out, "edge", name, at, number, OUTSIDE, len(ends))
    for to, end in ends:
        code, status = ("450 4.3.0", "deferred") if end == "deferred" else ("550 5.1.1", "bounced")
        words = f"{code} <{to}>: Recipient address rejected: no"
        envelope = f"from=<s{number}@example.net> to=<{to}> proto=ESMTP helo=<edge>"
        out.say(at + 1, "store", "postfix/smtpd[6]", f"NOQUEUE: reject: RCPT from {EDGE}: {words}; {envelope}")
        text = f"{name}: to=<{to}>, relay=store[10.0.0.2]:25, delay=1, dsn={code[4:]}, status={status}"
        reply = f"(host store[10.0.0.2] said: {words} (in reply to RCPT TO command))"
        out.say(at + 1, "edge", "postfix/smtp[4]", f"{text} {reply}")
    if all(end != "deferred" for _, end in ends):
        out.leave("edge", name, at + 1)


KINDS: dict[str, Callable[[Writer, int, Spec, int], None]] = {
    "outbound": _outbound,
    "two hops": _two_hops,
    "filtered": _filtered,
    "mailbox": _mailbox,
    "refused": _refused,
    "gave up": _gave_up,
    "deleted": _deleted,
    "milter": _milter,
    "exim": _exim,
    "door": _door,
    "proxy": _proxy,
    "echo": _echo,
}


def build(specs: Sequence[Spec], *, micros: bool = False) -> Lines:
    """What each host logs of these messages."""
    out = Writer(micros=micros)
    at = 0
    for number, spec in enumerate(specs):
        at += spec.gap
        KINDS[spec.kind](out, number, spec, at)
    return out.files()


_SPEC = st.builds(
    Spec,
    kind=st.sampled_from(sorted(KINDS)),
    gap=st.sampled_from([0, 1, 2, 30, 700, 4000, 90_000]),
    ends=st.lists(st.integers(0, len(ENDS) - 1), min_size=1, max_size=3).map(tuple),
    reuse=st.booleans(),
)
estates: st.SearchStrategy[Lines] = st.builds(build, st.lists(_SPEC, min_size=1, max_size=8), micros=st.booleans())
