"""submit.example.com: our users hand in their mail here, and everything for the outside leaves from here."""

from __future__ import annotations

from sample_estate.book import SUBMIT, Book, Client, Mail
from sample_estate.mx import QMGR, TLS, to_mailbox

OFFICE = Client("pc17.office.example.com", "192.0.2.117", "[192.0.2.117]")
MX = Client("mx1.example.com", "192.0.2.10", "mx1.example.com")
PARTNER = "mx.partner.example[198.51.100.60]:25"


def hand_in(book: Book, when: float, mail: Mail) -> tuple[str, float]:
    """A user logs in and submits. Returns queue ID and time."""
    smtpd, cleanup = f"postfix/submission/smtpd[{book.pid()}]", f"postfix/cleanup[{book.pid()}]"
    peer, number = mail.client, len(mail.rcpts)
    book.syslog(SUBMIT, when, smtpd, f"connect from {peer}")
    book.syslog(SUBMIT, when + 0.1, smtpd, f"Anonymous TLS connection established from {peer}: {TLS}")
    t = when + 0.2
    qid = book.long_id(t)
    book.syslog(SUBMIT, t, smtpd, f"{qid}: client={peer}, sasl_method=PLAIN, sasl_username={mail.sender}")
    tail = f"from=<{mail.sender}> to=<{mail.rcpts[-1]}> proto=ESMTP helo=<{peer.helo}>"
    book.syslog(SUBMIT, t + 0.02, cleanup, f"{qid}: info: header Subject: {mail.subject} from {peer}; {tail}")
    book.syslog(SUBMIT, t + 0.02, cleanup, f"{qid}: message-id={mail.message_id}")
    book.syslog(SUBMIT, t + 0.05, QMGR, f"{qid}: from=<{mail.sender}>, size={mail.size}, nrcpt={number} (queue active)")
    counters = f"ehlo=2 starttls=1 auth=1 mail=1 rcpt={number} data=1 quit=1 commands={7 + number}"
    book.syslog(SUBMIT, t + 0.4, smtpd, f"disconnect from {peer} {counters}")
    return qid, t + 0.1


def take_over(book: Book, when: float, mail: Mail, qid: str, client: Client = MX) -> float:
    """A message comes from another host of ours."""
    smtpd, cleanup = f"postfix/smtpd[{book.pid()}]", f"postfix/cleanup[{book.pid()}]"
    book.syslog(SUBMIT, when, smtpd, f"connect from {client}")
    book.syslog(SUBMIT, when + 0.01, smtpd, f"{qid}: client={client}")
    book.syslog(SUBMIT, when + 0.02, cleanup, f"{qid}: message-id={mail.message_id}")
    book.syslog(
        SUBMIT, when + 0.03, QMGR, f"{qid}: from=<{mail.sender}>, size={mail.size + 210}, nrcpt=1 (queue active)"
    )
    book.syslog(
        SUBMIT, when + 0.04, smtpd, f"disconnect from {client} ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7"
    )
    return when + 0.05


def attempt(book: Book, when: float, qid: str, rcpt: str, relay: str, result: str, delay: float = 1.2) -> float:
    """One delivery attempt: result is `dsn=…, status=… (…)`."""
    smtp = f"postfix/smtp[{book.pid()}]"
    if "status=sent" in result:
        book.syslog(SUBMIT, when, smtp, f"Trusted TLS connection established to {relay}: {TLS}")
    parts = f"delay={delay:g}, delays={max(delay - 1, 0):g}/0.02/0.4/0.5"
    book.syslog(SUBMIT, when + 0.3, smtp, f"{qid}: to=<{rcpt}>, relay={relay}, {parts}, {result}")
    return when + 0.35


def accepted(book: Book) -> str:
    """What a remote server says when it takes a message."""
    return f"dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {book.rnd.randbytes(6).hex().upper()})"


def removed(book: Book, when: float, qid: str) -> None:
    """The queue is done with it."""
    book.syslog(SUBMIT, when, QMGR, f"{qid}: removed")


def send(book: Book, when: float, mail: Mail, relay: str) -> None:
    """The ordinary way out."""
    qid, t = hand_in(book, when, mail)
    for rcpt in mail.rcpts:
        attempt(book, t, qid, rcpt, relay, accepted(book))
        book.row(mail.sender, rcpt, rcpt, "Delivered", "Relayed")
    removed(book, t + 0.5, qid)


def report(book: Book, when: float, parent: str, to: str, what: str = "non-delivery", subject: str = "") -> float:
    """A delivery status notification to one of our users."""
    child = book.long_id(when)
    mail = Mail("", (to,), subject, f"<{child}@submit.example.com>", 2874, OFFICE)
    book.syslog(SUBMIT, when, f"postfix/cleanup[{book.pid()}]", f"{child}: message-id={mail.message_id}")
    book.syslog(SUBMIT, when + 0.01, f"postfix/bounce[{book.pid()}]", f"{parent}: sender {what} notification: {child}")
    book.syslog(SUBMIT, when + 0.02, QMGR, f"{child}: from=<>, size={mail.size}, nrcpt=1 (queue active)")
    to_mailbox(book, when + 0.03, child, mail, [to], file=SUBMIT)
    book.row("", to, to, "Delivered", "Delivered")
    return when + 0.5
