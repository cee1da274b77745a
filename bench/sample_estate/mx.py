"""mx1.example.com: postscreen, postgrey, Rspamd as milter, amavis behind the queue; imap1: Dovecot with Sieve."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from sample_estate.book import IMAP1, MX1, RSPAMD, Book, Mail

IMAP = "imap1.example.com[192.0.2.30]:24"
OUT = "submit.example.com[192.0.2.40]:25"
TLS = (
    "TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits) key-exchange X25519 server-signature RSA-PSS (2048 bits)"
    " server-digest SHA256"
)
QMGR = "postfix/qmgr[1204]"
Finals = list[tuple[str, str]]
"""(final, as addressed) of each recipient."""


class Verdict(NamedTuple):
    """What Rspamd found."""

    action: str
    score: float
    symbols: str


HAM = Verdict("F (no action)", -0.1, "MIME_GOOD(-0.10){text/plain;}")


class Session:
    """A client of mx1's smtpd, from connect on."""

    def __init__(self, book: Book, when: float, mail: Mail, screened: bool = True) -> None:
        self.book, self.mail, self.when = book, mail, when
        self.smtpd = f"postfix/smtpd[{book.pid()}]"
        self.cleanup = f"postfix/cleanup[{book.pid()}]"
        if screened:
            port = book.rnd.randrange(30_000, 60_000)
            book.syslog(
                MX1,
                when - 0.02,
                "postfix/postscreen[1301]",
                f"CONNECT from [{mail.client.ip}]:{port} to [192.0.2.10]:25",
            )
            book.syslog(MX1, when - 0.01, "postfix/postscreen[1301]", f"PASS OLD [{mail.client.ip}]:{port}")
        self.log("connect from " + str(mail.client))
        self.log(f"Anonymous TLS connection established from {mail.client}: {TLS}", 0.09)

    def log(self, text: str, after: float = 0.01, tag: str = "") -> None:
        """A line, a little later than the last one."""
        self.when += after
        self.book.syslog(MX1, self.when, tag or self.smtpd, text)

    def tail(self) -> str:
        """What Postfix puts behind a reason; header lines know only the last recipient."""
        return f"from=<{self.mail.sender}> to=<{self.mail.rcpts[-1]}> proto=ESMTP helo=<{self.mail.client.helo}>"

    def refuse(self, rcpt: str, reply: str) -> None:
        """NOQUEUE at RCPT."""
        tail = f"from=<{self.mail.sender}> to=<{rcpt}> proto=ESMTP helo=<{self.mail.client.helo}>"
        self.log(f"NOQUEUE: reject: RCPT from {self.mail.client}: {reply}; {tail}")

    def postgrey(self, action: str, reason: str) -> None:
        """The greylisting daemon's own line."""
        m = self.mail
        self.log(
            f"action={action}, reason={reason}, client_name={m.client.name}, client_address={m.client.ip},"
            f" sender={m.sender}, recipient={m.rcpts[0]}",
            tag="postgrey[988]",
        )

    def begin(self) -> str:
        """A queue ID, the header lines, the Message-ID."""
        qid = self.book.short_id()
        self.log(f"{qid}: client={self.mail.client}", 0.05)
        self.header(qid)
        self.log(f"{qid}: message-id={self.mail.message_id}", 0.0, self.cleanup)
        return qid

    def header(self, qid: str, action: str = "info", text: str = "") -> None:
        """What header_checks says about the subject."""
        tail = f"; {self.tail()}" + (f": {text}" if text else "")
        self.log(
            f"{qid}: {action}: header Subject: {self.mail.subject} from {self.mail.client}{tail}", 0.02, self.cleanup
        )

    def scanned(self, qid: str, verdict: Verdict = HAM) -> None:
        """Rspamd's task line, in its own file and format."""
        self.when += 0.08
        moment = datetime.fromtimestamp(self.when, UTC)
        worker, m = self.book.rnd.randbytes(3).hex(), self.mail
        to = ",".join(m.rcpts)
        self.book.line(
            RSPAMD,
            self.when,
            f"{moment:%Y-%m-%d %H:%M:%S} #5710(rspamd_proxy) <{worker}>; proxy; rspamd_task_write_log:"
            f" id: {m.message_id}, qid: <{qid}>, ip: {m.client.ip}, from: <{m.sender}>,"
            f" (default: {verdict.action}: [{verdict.score:.2f}/15.00] [{verdict.symbols}]),"
            f" len: {m.size - 190}, time: {self.book.rnd.uniform(3, 90):.3f}ms, dns req: 0,"
            f" digest: <{self.book.rnd.randbytes(16).hex()}>, rcpts: <{to}>, mime_rcpts: <{to}>",
        )

    def queued(self, qid: str, number: int) -> None:
        """The queue manager takes it up."""
        self.log(f"{qid}: from=<{self.mail.sender}>, size={self.mail.size}, nrcpt={number} (queue active)", tag=QMGR)

    def leave(self, counters: str) -> None:
        """The client goes."""
        self.log(f"disconnect from {self.mail.client} {counters}", 0.05)


def receive(book: Book, when: float, mail: Mail, number: int = 0, verdict: Verdict = HAM) -> tuple[str, float]:
    """An ordinary arrival up to the queue. number: recipients after aliases. Returns queue ID and time."""
    session = Session(book, when, mail)
    qid = session.begin()
    session.scanned(qid, verdict)
    session.queued(qid, number or len(mail.rcpts))
    session.leave(f"ehlo=2 starttls=1 mail=1 rcpt={len(mail.rcpts)} data=1 quit=1 commands={6 + len(mail.rcpts)}")
    return qid, session.when


def filtered(book: Book, when: float, qid: str, mail: Mail, finals: Finals) -> tuple[str, float]:
    """Through amavis into the queue again, under a second ID."""
    second, worker, smtpd = book.short_id(), book.pid(), book.pid()
    cleanup = f"postfix/cleanup[{book.pid()}]"
    t = when + book.rnd.uniform(0.2, 1.4)
    inner = f"postfix/reinject/smtpd[{smtpd}]"
    book.syslog(MX1, t, inner, "connect from localhost[127.0.0.1]")
    book.syslog(
        MX1, t + 0.01, inner, f"{second}: client=localhost[127.0.0.1], orig_queue_id={qid}, orig_client={mail.client}"
    )
    book.syslog(MX1, t + 0.02, cleanup, f"{second}: message-id={mail.message_id}")
    book.syslog(
        MX1,
        t + 0.03,
        QMGR,
        f"{second}: from=<{mail.sender}>, size={mail.size + 412}, nrcpt={len(finals)} (queue active)",
    )
    tail = f"queued_as: {second}, {book.rnd.randrange(150, 900)} ms"
    amavis(book, t + 0.04, worker, "Passed CLEAN {RelayedInbound}", qid, mail, finals, tail)
    reply = f"250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as {second}"
    handed_over(book, t + 0.05, qid, finals, reply)
    book.syslog(
        MX1, t + 0.06, inner, "disconnect from localhost[127.0.0.1] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5"
    )
    return second, t + 0.07


def amavis(book: Book, when: float, worker: int, verdict: str, qid: str, mail: Mail, finals: Finals, tail: str) -> None:
    """amavis' one line a message."""
    to = ",".join(f"<{final}>" for final, _ in finals)
    book.syslog(
        MX1,
        when,
        f"amavis[{worker}]",
        f"({worker}-{book.rnd.randrange(1, 20):02d}) {verdict}, [{mail.client.ip}]:{book.rnd.randrange(30_000, 60_000)}"
        f" [{mail.client.ip}] <{mail.sender}> -> {to}, Queue-ID: {qid}, Message-ID: {mail.message_id},"
        f" mail_id: {book.token()[:12].replace('/', '_')}, Hits: -0.1, size: {mail.size}, {tail}",
    )


def handed_over(book: Book, when: float, qid: str, finals: Finals, reply: str) -> None:
    """The queue's side of the filter."""
    for final, orig in finals:
        alias = "" if final == orig else f" orig_to=<{orig}>,"
        book.syslog(
            MX1,
            when,
            "postfix/amavis/smtp[2210]",
            f"{qid}: to=<{final}>,{alias} relay=127.0.0.1[127.0.0.1]:10024, delay=1.1,"
            f" delays=0.2/0/0.01/0.9, dsn=2.0.0, status=sent ({reply})",
        )
    book.syslog(MX1, when + 0.01, QMGR, f"{qid}: removed")


STORED = "stored mail into mailbox 'INBOX'"


def dovecot(book: Book, when: float, user: str, mail: Mail, token: str, *results: str) -> None:
    """What the mailbox server says about one delivery."""
    worker = f"dovecot: lmtp({user})<{book.pid()}><{token}>: sieve: msgid={mail.message_id}"
    for i, result in enumerate(results or (STORED,)):
        tag, _, text = worker.partition(": ")
        book.syslog(IMAP1, when + i / 100, tag, f"{text}: {result}")


def to_mailbox(
    book: Book, when: float, qid: str, mail: Mail, users: list[str], *results: str, file: str = MX1
) -> float:
    """LMTP to imap1 from the queue of mx1 or submit, and the end of the queue's part."""
    token, lmtp = book.token(), f"postfix/lmtp[{book.pid()}]"
    t = when + book.rnd.uniform(0.05, 0.4)
    for n, user in enumerate(users, 1):
        mark = token if n == 1 else f"{token}:R{n}"
        dovecot(book, t, user, mail, mark, *results)
        text = f"{qid}: to=<{user}>, relay={IMAP}, delay=0.31, delays=0.05/0.01/0.02/0.23, dsn=2.0.0,"
        book.syslog(file, t + 0.05, lmtp, f"{text} status=sent (250 2.0.0 <{user}> {mark} Saved)")
        t += 0.02
    book.syslog(file, t + 0.1, QMGR, f"{qid}: removed")
    return t + 0.2


def arrive(book: Book, when: float, mail: Mail, *results: str, verdict: Verdict = HAM) -> float:
    """The whole ordinary way from outside into the mailboxes."""
    finals = [(rcpt, rcpt) for rcpt in mail.rcpts]
    qid, t = receive(book, when, mail, verdict=verdict)
    second, t = filtered(book, t, qid, mail, finals)
    return to_mailbox(book, t, second, mail, list(mail.rcpts), *results)
