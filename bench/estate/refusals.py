"""Mail that never got in, and the lines that a daemon writes about itself."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from estate.inbound import arrival, store
from estate.world import World

_TEXTS = (
    "554 5.7.1 Service unavailable; Client host [{ip}] blocked using bl.example.net; https://bl.example.net/?ip={ip}",
    "550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual mailbox table",
    "554 5.7.1 <{to}>: Relay access denied",
    "450 4.7.25 Client host rejected: cannot find your hostname, [{ip}]",
    "504 5.5.2 <{helo}>: Helo command rejected: need fully-qualified hostname",
    "550 5.7.23 <{to}>: Recipient address rejected: Message rejected due to: SPF fail - not authorized",
    "550 5.1.8 <{sender}>: Sender address rejected: Domain not found",
    "550 5.1.1 <{to}>: Recipient address rejected: User unknown in virtual mailbox table",
)
_NOBODY = ("sales", "admin", "test", "webmaster", "hr", "office", "support", "contact")


def refused(w: World) -> None:
    """smtpd answers 4xx or 5xx to RCPT: connect, reject, disconnect."""
    pools = w.pools
    client = pools.clients[w.draw()]
    sender = pools.senders[w.draw()]
    choice = w.bits(3)
    rcpt = f"{_NOBODY[w.bits(3)]}{w.bits(8)}@example.com" if choice & 1 else pools.users[w.draw()]
    if choice == 2:
        rcpt = pools.remotes[w.draw()][0]
    host = "mx1" if w.bits(1) else "mx2"
    text = _TEXTS[choice].format(ip=client.ip, to=rcpt, sender=sender, helo=client.helo)
    pid = w.smtpd()
    smtpd = f"{host} postfix/smtpd[{pid}]: "
    peer = f"{client.name}[{client.ip}]"
    put = w.wheel.at(0).append
    put(f"{smtpd}connect from {peer}")
    tail = f"from=<{sender}> to=<{rcpt}> proto=ESMTP helo=<{client.helo}>"
    put(f"{smtpd}NOQUEUE: reject: RCPT from {peer}: {text}; {tail}")
    w.wheel.at(1).append(f"{smtpd}disconnect from {peer} ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4")
    w.ledger.add(sender, rcpt, rcpt, "Pending" if text[0] == "4" else "Failed", "Rejected", "")


def screened(w: World) -> None:
    """postscreen keeps a bot away."""
    client = w.pools.clients[w.draw()]
    sender, rcpt = w.pools.senders[w.draw()], w.pools.users[w.draw()]
    peer = f"[{client.ip}]:{20_000 + w.bits(15)}"
    screen = "mx2 postfix/postscreen[902]: "
    put = w.wheel.at(0).append
    put(f"{screen}CONNECT from {peer} to [192.0.2.11]:25")
    if w.bits(2) == 0:
        put(f"{screen}PASS OLD {peer}")
        return
    if w.bits(1):
        put(f"{screen}PREGREET 14 after 0.04 from {peer}: EHLO {client.helo}\\r\\n")
    put(f"mx2 postfix/dnsblog[{w.worker()}]: addr {client.ip} listed by domain bl.example.net as 127.0.0.4")
    put = w.wheel.at(6).append
    put(f"{screen}DNSBL rank 6 for {peer}")
    put(
        f"{screen}NOQUEUE: reject: RCPT from {peer}: 550 5.7.1 Service unavailable; client [{client.ip}] blocked using"
        f" bl.example.net; from=<{sender}>, to=<{rcpt}>, proto=ESMTP, helo=<{client.helo}>"
    )
    put(f"{screen}HANGUP after 1.2 from {peer} in tests after SMTP handshake")
    put(f"{screen}DISCONNECT {peer}")
    w.ledger.add(sender, rcpt, rcpt, "Failed", "Rejected", "")


def greylisted(w: World) -> None:
    """The first attempt is put off; the same client comes again and is let in."""
    client = w.pools.clients[w.draw()]
    sender, rcpt = w.pools.senders[w.draw()], w.pools.users[w.draw()]
    pid = w.smtpd()
    smtpd = f"mx2 postfix/smtpd[{pid}]: "
    peer = f"{client.name}[{client.ip}]"
    put = w.wheel.at(0).append
    put(f"{smtpd}connect from {peer}")
    put(
        f"{smtpd}NOQUEUE: reject: RCPT from {peer}: 450 4.2.0 <{rcpt}>: Recipient address rejected:"
        f" Greylisted for 300 seconds; from=<{sender}> to=<{rcpt}> proto=ESMTP helo=<{client.helo}>"
    )
    put(f"{smtpd}disconnect from {peer} ehlo=1 mail=1 rcpt=0/1 quit=1 commands=3/4")
    w.ledger.add(sender, rcpt, rcpt, "Pending", "Greylisted", "")
    w.wheel.appoint(w.wheel.now + 330 + w.bits(9), partial(_again, w, client, sender, rcpt))


def _again(w: World, client: tuple[str, str, str], sender: str, rcpt: str) -> None:
    qid = w.mx2.new()
    message_id = w.message_id(sender[sender.index("@") + 1 :])
    arrival(w, "mx2", qid, type(w.pools.clients[0])(*client), (sender, rcpt, message_id), w.pools.sizes[w.draw()], 1)
    store(w, "mx2", qid, [(rcpt, rcpt)], message_id, 1)
    w.ledger.add(sender, rcpt, rcpt, "Delivered", "Delivered", message_id)


def broken(w: World) -> None:
    """Sessions without any mail: lost connections and failed logins."""
    client = w.pools.clients[w.draw()]
    peer = f"{client.name}[{client.ip}]"
    pid = w.smtpd()
    put = w.wheel.at(0).append
    if pid & 1:
        smtpd = f"out1 postfix/submission/smtpd[{pid}]: "
        put(f"{smtpd}connect from {peer}")
        who = w.pools.users[w.draw()]
        put(f"{smtpd}warning: {peer}: SASL LOGIN authentication failed: (reason unavailable), sasl_username={who}")
        put(f"{smtpd}disconnect from {peer} ehlo=1 auth=0/1 rset=1 quit=1 commands=3/4")
    else:
        put(f"mx1 postfix/smtpd[{pid}]: connect from {peer}")
        put(f"mx1 postfix/smtpd[{pid}]: lost connection after EHLO from {peer}")
        put(f"mx1 postfix/smtpd[{pid}]: disconnect from {peer} ehlo=1 commands=1")


def statistics(w: World) -> None:
    """anvil's report, every ten minutes on each host that runs smtpd."""
    client = w.pools.clients[w.draw()]
    put = w.wheel.at(0).append
    moment = datetime.fromtimestamp(w.wheel.now - 400, UTC)
    at = f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S}"
    for host in ("mx1", "mx2", "out1"):
        anvil = f"{host} postfix/anvil[{w.worker()}]: statistics: "
        put(f"{anvil}max connection rate 3/60s for (smtp:{client.ip}) at {at}")
        put(f"{anvil}max connection count 2 for (smtp:{client.ip}) at {at}")
        put(f"{anvil}max cache size {4 + w.bits(4)} at {at}")
    w.wheel.appoint(w.wheel.now + 600, partial(statistics, w))
