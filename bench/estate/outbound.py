"""Mail of our users to the outside: submission on out1, delivery, bounces, and deferrals that last for days."""

from __future__ import annotations

from functools import partial

from estate.inbound import bounce_home
from estate.world import TLS_IN, World

FIVE_DAYS = 5 * 86_400
_BUSY = (
    "host {mx} said: 450 4.2.0 <{to}>: Recipient address rejected: Greylisted, see https://greylist.example/help"
    " (in reply to RCPT TO command)",
    "host {mx} said: 451 4.7.1 Service unavailable - try again later (in reply to end of DATA command)",
    "connect to {mx}:25: Connection timed out",
    "lost connection with {mx} while receiving the initial server greeting",
    "host {mx} refused to talk to me: 421 4.3.2 All server ports are busy",
)
_GONE = (
    "host {mx} said: 550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual mailbox table"
    " (in reply to RCPT TO command)",
    "host {mx} said: 554 5.7.1 Message rejected due to content policy (in reply to end of DATA command)",
    "host {mx} said: 552 5.2.2 <{to}>: Quota exceeded (mailbox for user is full) (in reply to RCPT TO command)",
    "Host or domain name not found. Name service error for name={domain} type=A: Host not found",
)


class Deferred:
    """One recipient that keeps waiting."""

    __slots__ = ("arrived", "deadline", "message_id", "qid", "rcpt", "relay", "sender", "size", "tries", "why", "wins")

    def __init__(self, w: World, qid: str, sender: str, target: tuple[str, str], message_id: str, size: str) -> None:
        self.qid, self.sender, self.message_id, self.size = qid, sender, message_id, size
        self.rcpt, self.relay = target
        self.arrived = w.wheel.now
        self.deadline = self.arrived + FIVE_DAYS
        self.tries = 1
        luck = w.bits(5)
        self.wins = 99 if luck < 2 else 2 + (luck & 3) if luck < 24 else 2 + luck // 3
        self.why = _reason(w, _BUSY, target)


def _reason(w: World, texts: tuple[str, ...], target: tuple[str, str]) -> str:
    rcpt, relay = target
    return texts[w.bits(8) % len(texts)].format(mx=relay[:-3], to=rcpt, domain=rcpt[rcpt.index("@") + 1 :])


def submitted(w: World) -> None:
    """A user of ours, logged in, writes to one or several people outside."""
    pools, draw = w.pools, w.draw
    qid = w.out1.new()
    sender = pools.users[draw()]
    size = pools.sizes[draw()]
    message_id = w.message_id("example.com")
    number = 1 if w.bits(3) else 2 + w.bits(1)
    targets = list(dict(pools.remotes[draw()] for _ in range(number)).items())
    _submission(w, qid, sender, targets, message_id, size)
    waiting = bounced = False
    for target in targets:
        fate = w.bits(8)
        if fate < 14 and not waiting:
            waiting = True
            _defer(w, Deferred(w, qid, sender, target, message_id, size))
        elif fate < 22:
            bounced = True
            _attempt(w, qid, target, "dsn=5.1.1, status=bounced (" + _reason(w, _GONE, target) + ")", 1)
            w.ledger.add(sender, target[0], target[0], "Failed", "Bounced", message_id)
        else:
            _delivered(w, qid, target, 1)
            w.ledger.add(sender, target[0], target[0], "Delivered", "Relayed", message_id)
    if bounced:
        w.wheel.appoint(w.wheel.now + 1, partial(_returned, w, qid, sender, not waiting))
    elif not waiting:
        w.wheel.at(1).append(f"out1 postfix/qmgr[903]: {qid}: removed")


def _submission(w: World, qid: str, sender: str, targets: list[tuple[str, str]], message_id: str, size: str) -> None:
    put = w.wheel.at(0).append
    pid = w.smtpd()
    client = w.pools.clients[w.draw()]
    peer = f"{client.name}[{client.ip}]"
    smtpd = f"out1 postfix/submission/smtpd[{pid}]: "
    put(f"{smtpd}connect from {peer}")
    if pid & 1:
        put(f"{smtpd}Anonymous TLS connection established from {peer}: {TLS_IN}")
    put(f"{smtpd}{qid}: client={peer}, sasl_method=PLAIN, sasl_username={sender}")
    if pid % 3 == 0:
        put(
            f"out1 postfix/cleanup[{pid - 9_000}]: {qid}: info: header Subject: {w.pools.subjects[w.draw()]}"
            f" from {peer}; from=<{sender}> to=<{targets[-1][0]}> proto=ESMTP helo=<[{client.ip}]>"
        )
    put(f"out1 postfix/cleanup[{pid - 9_000}]: {qid}: message-id={message_id}")
    number = len(targets)
    put(f"out1 postfix/qmgr[903]: {qid}: from=<{sender}>, size={size}, nrcpt={number} (queue active)")
    w.wheel.at(2).append(
        f"{smtpd}disconnect from {peer} ehlo=2 starttls=1 auth=1 mail=1 rcpt={number} data=1 quit=1"
        f" commands={7 + number}"
    )


def _attempt(w: World, qid: str, target: tuple[str, str], result: str, ahead: int) -> None:
    delays = w.pools.delays[w.draw()]
    w.wheel.at(ahead).append(
        f"out1 postfix/smtp[{w.worker()}]: {qid}: to=<{target[0]}>, relay={target[1]}, {delays}, {result}"
    )


def _delivered(w: World, qid: str, target: tuple[str, str], ahead: int) -> None:
    worker = w.worker()
    put = w.wheel.at(ahead).append
    used = ""
    if worker & 3 == 0:
        put(f"out1 postfix/smtp[{worker}]: Trusted TLS connection established to {target[1]}: {TLS_IN}")
    elif worker & 15 == 1:
        used = " conn_use=2,"
    put(
        f"out1 postfix/smtp[{worker}]: {qid}: to=<{target[0]}>, relay={target[1]},{used} {w.pools.delays[w.draw()]},"
        f" dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {w.bits(48):012X})"
    )


def _returned(w: World, qid: str, sender: str, gone: bool) -> None:
    bounce_home(w, w.out1.new(), sender, qid, w.out1)
    if gone:
        w.wheel.at(0).append(f"out1 postfix/qmgr[903]: {qid}: removed")


def _defer(w: World, waiting: Deferred) -> None:
    """Log one vain attempt and come back later: after 5 minutes, then twice as long each time, at most 8 hours."""
    age = w.wheel.now - waiting.arrived + 1
    relay = "none" if waiting.why.startswith("connect to") else waiting.relay
    w.wheel.at(1).append(
        f"out1 postfix/smtp[{w.worker()}]: {waiting.qid}: to=<{waiting.rcpt}>, relay={relay}, delay={age},"
        f" delays={age - 1}/0.02/0.6/0.4, dsn=4.2.0, status=deferred ({waiting.why})"
    )
    w.open[waiting.qid] = (waiting.sender, waiting.rcpt, waiting.message_id, waiting.qid)
    w.out1.alive.add(waiting.qid)
    pause = min(300 << min(waiting.tries - 1, 9), 28_800)
    waiting.tries += 1
    w.wheel.appoint(w.wheel.now + pause + w.bits(6), partial(_retry, w, waiting))


def _retry(w: World, waiting: Deferred) -> None:
    qid = waiting.qid
    qmgr = f"out1 postfix/qmgr[903]: {qid}: from=<{waiting.sender}>,"
    w.wheel.at(0).append(f"{qmgr} size={waiting.size}, nrcpt=1 (queue active)")
    if waiting.tries >= waiting.wins:
        _delivered(w, qid, (waiting.rcpt, waiting.relay), 1)
        w.wheel.at(1).append(f"out1 postfix/qmgr[903]: {qid}: removed")
        _close(w, waiting, "Delivered", "Relayed")
    elif w.wheel.now > waiting.deadline:
        w.wheel.at(0).append(f"{qmgr} status=expired, returned to sender")
        _returned(w, qid, waiting.sender, True)
        _close(w, waiting, "Failed", "Expired")
    else:
        _defer(w, waiting)


def _close(w: World, waiting: Deferred, status: str, detail: str) -> None:
    w.open.pop(waiting.qid, None)
    w.out1.alive.discard(waiting.qid)
    w.ledger.add(waiting.sender, waiting.rcpt, waiting.rcpt, status, detail, waiting.message_id)


def leave_open(w: World) -> None:
    """At the end of the run: who still waits is noted as such."""
    for sender, rcpt, message_id, _ in w.open.values():
        w.ledger.add(sender, rcpt, rcpt, "Pending", "Deferred", message_id)
