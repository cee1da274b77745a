"""Mail from outside to our mailboxes: straight through mx2, or through mx1 with amavis behind it."""

from __future__ import annotations

from estate.pools import Client
from estate.world import IMAP, OUT, TLS_IN, Ids, World

Rcpts = list[tuple[str, str]]
"""(final, as addressed) of each recipient; equal when no alias was followed."""


def envelope(w: World) -> Rcpts:
    """Who it is for: mostly one of our people, sometimes several, an alias, or a list that is expanded."""
    users = w.pools.users
    kind = w.bits(6)
    one = users[w.draw()]
    if kind < 50:
        return [(one, one)]
    domain = one[one.index("@") :]
    if kind < 54:
        return [(one, "info" + domain)]
    several = list(dict.fromkeys([one, *(users[w.draw()] for _ in range(1 + w.bits(2)))]))
    if kind < 60:
        return [(user, user) for user in several]
    return [(user, "team" + domain) for user in several]


def _record(w: World, sender: str, rcpts: Rcpts, message_id: str) -> None:
    if len(rcpts) > 1 and rcpts[0][1].startswith("team@"):
        w.ledger.add(sender, "", rcpts[0][1], "Expanded", "Expanded", message_id)
    for final, orig in rcpts:
        w.ledger.add(sender, final, orig, "Delivered", "Delivered", message_id)


def arrival(w: World, host: str, qid: str, client: Client, mail: tuple[str, str, str], size: str, nrcpt: int) -> None:
    """The lines from connect to disconnect; mail is (sender, last recipient, Message-ID)."""
    sender, rcpt, message_id = mail
    pid = w.smtpd()
    peer = f"{client.name}[{client.ip}]"
    smtpd = f"{host} postfix/smtpd[{pid}]: "
    cleanup = f"{host} postfix/cleanup[{pid - 9_000}]: {qid}: "
    put = w.wheel.at(0).append
    put(f"{smtpd}connect from {peer}")
    tls = pid & 1
    if tls:
        put(f"{smtpd}Anonymous TLS connection established from {peer}: {TLS_IN}")
    put(f"{smtpd}{qid}: client={peer}")
    if pid % 3 == 0:
        put(
            f"{cleanup}info: header Subject: {w.pools.subjects[w.draw()]} from {peer}; from=<{sender}> to=<{rcpt}>"
            f" proto=ESMTP helo=<{client.helo}>"
        )
    put(f"{cleanup}message-id={message_id}")
    put(f"{host} postfix/qmgr[901]: {qid}: from=<{sender}>, size={size}, nrcpt={nrcpt} (queue active)")
    commands = f"mail=1 rcpt={nrcpt} data=1 quit=1"
    w.wheel.at(pid & 1).append(
        f"{smtpd}disconnect from {peer} ehlo=2 starttls=1 {commands} commands={6 + nrcpt}"
        if tls
        else f"{smtpd}disconnect from {peer} ehlo=1 {commands} commands={4 + nrcpt}"
    )


def store(w: World, host: str, qid: str, rcpts: Rcpts, message_id: str, ahead: int) -> None:
    """LMTP to Dovecot: one line a recipient in each of the two logs, joined by the session token, then `removed`."""
    token = w.token()
    worker = w.worker()
    put = w.wheel.at(ahead).append
    delays = w.pools.delays[w.draw()]
    for n, (final, orig) in enumerate(rcpts, 1):
        mark = token if n == 1 else f"{token}:R{n}"
        put(f"imap1 dovecot: lmtp({final})<{worker}><{mark}>: msgid={message_id}: saved mail to INBOX")
        alias = "" if orig == final else f" orig_to=<{orig}>,"
        put(
            f"{host} postfix/lmtp[{worker + 4_000}]: {qid}: to=<{final}>,{alias} relay={IMAP}, {delays}, dsn=2.0.0,"
            f" status=sent (250 2.0.0 <{final}> {mark} Saved)"
        )
    put(f"{host} postfix/qmgr[901]: {qid}: removed")


def direct(w: World) -> None:
    """mx2: no filter between queue and mailbox."""
    qid = w.mx2.new()
    sender = w.pools.senders[w.draw()]
    rcpts = envelope(w)
    message_id = w.message_id(sender[sender.index("@") + 1 :])
    client = w.pools.clients[w.draw()]
    arrival(w, "mx2", qid, client, (sender, rcpts[-1][1], message_id), w.pools.sizes[w.draw()], len(rcpts))
    store(w, "mx2", qid, rcpts, message_id, 1)
    _record(w, sender, rcpts, message_id)


def filtered(w: World) -> None:
    """mx1: queue, amavis, queue again under a second ID, mailbox. The second ID is done before the first one is."""
    first, second = w.mx1.new(), w.mx1.new()
    sender = w.pools.senders[w.draw()]
    rcpts = envelope(w)
    message_id = w.message_id(sender[sender.index("@") + 1 :])
    client = w.pools.clients[w.draw()]
    size = w.pools.sizes[w.draw()]
    arrival(w, "mx1", first, client, (sender, rcpts[-1][1], message_id), size, len(rcpts))
    if w.bits(5) == 0:
        _swallowed(w, first, client, sender, rcpts, message_id)
        return
    ahead = 1 + w.bits(2)
    put = w.wheel.at(ahead).append
    pid = w.smtpd()
    peer = f"{client.name}[{client.ip}]"
    put(f"mx1 postfix/reinject/smtpd[{pid}]: connect from localhost[127.0.0.1]")
    put(
        f"mx1 postfix/reinject/smtpd[{pid}]: {second}: client=localhost[127.0.0.1], orig_queue_id={first},"
        f" orig_client={peer}"
    )
    put(f"mx1 postfix/cleanup[{pid - 9_000}]: {second}: message-id={message_id}")
    size = str(int(size) + 412)
    put(f"mx1 postfix/qmgr[901]: {second}: from=<{sender}>, size={size}, nrcpt={len(rcpts)} (queue active)")
    # The filter hands on the final addresses only: the alias is known to the first leg alone.
    store(w, "mx1", second, [(final, final) for final, _ in rcpts], message_id, ahead)
    about = (first, client, sender, rcpts, message_id)
    _amavis(w, "Passed CLEAN {RelayedInbound}", about, f"queued_as: {second}, ", ahead)
    reply = f"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as {second}"
    _handed_over(w, first, rcpts, reply, ahead)
    put(
        f"mx1 postfix/reinject/smtpd[{pid}]: disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1"
        " commands=5"
    )
    _record(w, sender, rcpts, message_id)


def _amavis(w: World, verdict: str, about: tuple[str, Client, str, Rcpts, str], tail: str, ahead: int) -> None:
    qid, client, sender, rcpts, message_id = about
    pid = w.worker()
    to = ",".join(f"<{final}>" for final, _ in rcpts)
    w.wheel.at(ahead).append(
        f"mx1 amavis[{pid}]: ({pid}-{w.bits(6):02d}) {verdict}, [{client.ip}]:{40_000 + w.bits(14)} [{client.ip}]"
        f" <{sender}> -> {to}, Queue-ID: {qid}, Message-ID: {message_id},"
        f" mail_id: {w.token()[:12]}, Hits: {w.bits(6) / 10 - 3:.1f}, size: {w.pools.sizes[w.draw()]},"
        f" {tail}{100 + w.bits(10)} ms"
    )


def _handed_over(w: World, qid: str, rcpts: Rcpts, reply: str, ahead: int) -> None:
    put = w.wheel.at(ahead).append
    delays = w.pools.delays[w.draw()]
    for final, orig in rcpts:
        alias = "" if orig == final else f" orig_to=<{orig}>,"
        put(
            f"mx1 postfix/amavis/smtp[{w.worker() + 4_000}]: {qid}: to=<{final}>,{alias}"
            f" relay=127.0.0.1[127.0.0.1]:10024, {delays}, dsn=2.0.0, status=sent ({reply})"
        )
    put(f"mx1 postfix/qmgr[901]: {qid}: removed")


def _swallowed(w: World, qid: str, client: Client, sender: str, rcpts: Rcpts, message_id: str) -> None:
    """Spam: the filter answers 250 and keeps the message."""
    mail_id = w.token()[:12].replace("/", "_")
    _amavis(
        w,
        "Blocked SPAM {DiscardedInbound,Quarantined}",
        (qid, client, sender, rcpts, message_id),
        f"quarantine: S/spam-{mail_id}.gz, ",
        2,
    )
    _handed_over(w, qid, rcpts, f"250 2.7.0 Ok, discarded, id={w.bits(14):05d}-{w.bits(6):02d} - spam", 2)
    for final, orig in rcpts:
        w.ledger.add(sender, final, orig, "Quarantined", "Quarantined", message_id)


def forwarded(w: World) -> None:
    """mx2: an alias points to somebody outside, so the message goes on through out1."""
    qid, beyond = w.mx2.new(), w.out1.new()
    sender = w.pools.senders[w.draw()]
    alias = w.pools.users[w.draw()]
    target, relay = w.pools.remotes[w.draw()]
    message_id = w.message_id(sender[sender.index("@") + 1 :])
    size = w.pools.sizes[w.draw()]
    arrival(w, "mx2", qid, w.pools.clients[w.draw()], (sender, alias, message_id), size, 1)
    relay_on(w, beyond, "mx2.example.com[192.0.2.11]", sender, message_id, size)
    put = w.wheel.at(1).append
    put(
        f"mx2 postfix/smtp[{w.worker()}]: {qid}: to=<{target}>, orig_to=<{alias}>, relay={OUT},"
        f" {w.pools.delays[w.draw()]}, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {beyond})"
    )
    put(f"mx2 postfix/qmgr[901]: {qid}: removed")
    put = w.wheel.at(2).append
    put(
        f"out1 postfix/smtp[{w.worker()}]: {beyond}: to=<{target}>, relay={relay}, {w.pools.delays[w.draw()]},"
        f" dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {w.bits(48):012X})"
    )
    put(f"out1 postfix/qmgr[903]: {beyond}: removed")
    w.ledger.add(sender, target, alias, "Delivered", "Relayed", message_id)


def relay_on(w: World, qid: str, peer: str, sender: str, message_id: str, size: str) -> None:
    """out1 takes a message over from another host of ours."""
    pid = w.smtpd()
    put = w.wheel.at(1).append
    put(f"out1 postfix/smtpd[{pid}]: connect from {peer}")
    put(f"out1 postfix/smtpd[{pid}]: {qid}: client={peer}")
    put(f"out1 postfix/cleanup[{pid - 9_000}]: {qid}: message-id={message_id}")
    put(f"out1 postfix/qmgr[903]: {qid}: from=<{sender}>, size={int(size) + 210}, nrcpt=1 (queue active)")
    put(f"out1 postfix/smtpd[{pid}]: disconnect from {peer} ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7")


def bounce_home(w: World, child: str, sender: str, parent: str, ids: Ids) -> None:
    """A DSN made on out1 for one of our users, stored in the mailbox."""
    put = w.wheel.at(0).append
    message_id = f"<{child}@out1.example.com>"
    put(f"out1 postfix/cleanup[{w.smtpd() - 9_000}]: {child}: message-id={message_id}")
    put(f"out1 postfix/bounce[{w.worker()}]: {parent}: sender non-delivery notification: {child}")
    put(f"out1 postfix/qmgr[903]: {child}: from=<>, size={2500 + w.bits(10)}, nrcpt=1 (queue active)")
    ids.alive.discard(parent)
    store(w, "out1", child, [(sender, sender)], message_id, 1)
    w.ledger.add("", sender, sender, "Delivered", "Delivered", message_id)
