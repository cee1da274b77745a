"""exim1.example.org: a second site with Exim, its mailboxes on imap1 too."""

from __future__ import annotations

from datetime import UTC, datetime

from sample_estate.book import EXIM, EXIM_REJECT, IMAP1, Book, at
from sample_estate.mx import STORED
from sample_estate.stories_in import CUSTOMER, SUPPLIER

FRANK, GRACE = "frank@example.org", "grace@example.org"
CIPHER = "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no"
LMTP = "R=users T=lmtp S=3180 H=imap1.example.com [192.0.2.30]"
REMOTE = "R=dnslookup T=remote_smtp H=mx.partner.example [198.51.100.60]"
GRACES = f"H=pc3.example.org [192.0.2.203] P=esmtpsa {CIPHER} A=plain:{GRACE} S=2210"


def _log(book: Book, when: float, text: str, *files: str) -> None:
    """One record, the same in every log that it goes to."""
    moment = datetime.fromtimestamp(when, UTC)
    line = f"{moment:%Y-%m-%d %H:%M:%S}.{int(when % 1 * 1000):03d} +0000 [{book.pid()}] {text}"
    for file in files or (EXIM,):
        book.line(file, when, line)


def _in(book: Book, when: float, sender: str, rcpt: str, subject: str) -> tuple[str, str]:
    """An arrival from outside; message id of Exim and Message-ID."""
    client = SUPPLIER if "supplier" in sender else CUSTOMER
    qid, mid = book.exim_id(when), book.mid(sender.rpartition("@")[2])
    head = f"H={client.name} [{client.ip}] P=esmtps {CIPHER} S=3120 id={mid[1:-1]}"
    _log(book, when, f'{qid} <= {sender} {head} T="{subject}" from <{sender}> for {rcpt}')
    return qid, mid


def _from_grace(book: Book, when: float, rcpt: str, subject: str) -> str:
    qid, mid = book.exim_id(when), book.mid("example.org")
    _log(book, when, f'{qid} <= {GRACE} {GRACES} id={mid[1:-1]} T="{subject}" from <{GRACE}> for {rcpt}')
    return qid


def _stored(
    book: Book, when: float, qid: str, user: str, sender: str, mid: str, arrow: str = "=>", orig: str = ""
) -> None:
    """LMTP to imap1, in both logs."""
    token = book.token()
    tag, session = "dovecot", f"lmtp({user})<{book.pid()}><{token}>"
    book.syslog(IMAP1, when - 0.02, tag, f"{session}: sieve: msgid={mid}: {STORED}")
    alias = f" <{orig}>" if orig else ""
    reply = f'C="250 2.0.0 <{user}> {token} Saved"'
    _log(book, when, f"{qid} {arrow} {user}{alias} F=<{sender}> {LMTP} {reply} QT=0.21s DT=0.03s")


def incoming(book: Book) -> None:
    """Delivered and expanded; refused at RCPT; kept from delivery by the DATA ACL."""
    sender = "lena@customer.example"
    for n, (day, clock) in enumerate(((0, "09:00:03"), (1, "10:11:12"), (2, "16:45:59"), (4, "08:20:20"))):
        when = at(day, clock)
        qid, mid = _in(book, when, sender, FRANK, f"Site visit {n + 1}")
        _stored(book, when + 0.2, qid, FRANK, sender, mid)
        _log(book, when + 0.3, f"{qid} Completed QT=0.22s")
        book.row(sender, FRANK, FRANK, "Delivered", "Delivered")
    when, sender, office = at(1, "11:30:00"), "orders@supplier.example", "office@example.org"
    qid, mid = _in(book, when, sender, office, "Order 5512")
    book.row(sender, office, None, "Expanded", "Expanded")
    for arrow, user in (("=>", FRANK), ("->", GRACE)):
        _stored(book, when + 0.3, qid, user, sender, mid, arrow, office)
        book.row(sender, office, user, "Delivered", "Delivered")
    _log(book, when + 0.4, f"{qid} Completed QT=0.41s")
    bad = "H=win-offer.example [203.0.113.200] F=<win@win-offer.example> rejected RCPT"
    _log(book, at(3, "05:05:05"), f"{bad} <{FRANK}>: 203.0.113.200 is listed at bl.example.net", EXIM, EXIM_REJECT)
    book.row("win@win-offer.example", FRANK, None, "Failed", "Rejected")
    when = at(3, "06:00:00")
    qid, _ = _in(book, when, "robot@customer.example", FRANK, "DISCARD-TEST nightly ping")
    _log(book, when, f"{qid} => blackhole (DATA ACL discarded recipients): monitoring pings are not kept")
    _log(book, when + 0.1, f"{qid} Completed QT=0.1s")
    book.row("robot@customer.example", FRANK, None, "Failed", "Discarded")


def outgoing(book: Book) -> None:
    """Grace writes to the outside: no such user there; then a server that puts her off at first."""
    when, rcpt = at(2, "12:00:00"), "nobody@partner.example"
    qid = _from_grace(book, when, rcpt, "Stock list")
    said = f"SMTP error from remote mail server after RCPT TO:<{rcpt}>"
    _log(book, when + 0.9, f"{qid} ** {rcpt} F=<{GRACE}> {REMOTE}: {said}: 550 5.1.1 <{rcpt}>: User unknown")
    child = book.exim_id(when + 1)
    head = f"R={qid} U=Debian-exim P=local S=3301"
    _log(
        book,
        when + 1,
        f'{child} <= <> {head} T="Mail delivery failed: returning message to sender" from <> for {GRACE}',
    )
    _log(book, when + 1.1, f"{qid} Completed QT=1.1s")
    _stored(book, when + 1.2, child, GRACE, "", f"<E{child}@exim1.example.org>")
    _log(book, when + 1.3, f"{child} Completed QT=0.3s")
    book.row(GRACE, rcpt, None, "Failed", "Bounced")
    book.row("", GRACE, GRACE, "Delivered", "Delivered")
    when, rcpt = at(3, "09:15:00"), "jo@partner.example"
    qid = _from_grace(book, when, rcpt, "Stock list, again")
    said = f"SMTP error from remote mail server after RCPT TO:<{rcpt}>: 451 4.7.1 Greylisting in action"
    _log(book, when + 0.9, f"{qid} == {rcpt} {REMOTE} defer (-44): {said}, please come back later")
    _log(book, when + 960, f'{qid} => {rcpt} F=<{GRACE}> {REMOTE} C="250 2.0.0 Ok: queued as 4F0A0025" QT=16m DT=0.4s')
    _log(book, when + 961, f"{qid} Completed QT=16m1s")
    book.row(GRACE, rcpt, rcpt, "Delivered", "Relayed")


STORIES = (incoming, outgoing)
