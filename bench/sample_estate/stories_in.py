"""Mail from outside, one story for each thing that can become of it."""

from __future__ import annotations

from functools import partial

from sample_estate.book import MX1, Book, Client, Mail, at
from sample_estate.mx import OUT, QMGR, Session, Verdict, amavis, arrive, filtered, handed_over, receive, to_mailbox
from sample_estate.submit import PARTNER, accepted, attempt, removed, take_over

ALICE, BOB, CAROL, DAVE, ERIN = (f"{name}@example.com" for name in ("alice", "bob", "carol", "dave", "erin"))
SUPPLIER = Client("mail.supplier.example", "198.51.100.21", "mail.supplier.example")
WEEKLY = Client("out3.weekly.example", "203.0.113.33", "out3.weekly.example")
CUSTOMER = Client("mx.customer.example", "203.0.113.80", "mx.customer.example")
SPAMMER = Client("unknown", "203.0.113.200", "win-offer.example")


def letter(
    book: Book, sender: str, rcpts: str | tuple[str, ...], subject: str, client: Client, size: int = 4210
) -> Mail:
    """A message with a Message-ID of its sender's domain."""
    to = (rcpts,) if isinstance(rcpts, str) else rcpts
    return Mail(sender, to, subject, book.mid(sender.rpartition("@")[2]), size, client)


def team(book: Book) -> None:
    """Expanded: a list of two colleagues and a partner outside, who is reached through submit."""
    mail = letter(book, "orders@supplier.example", "team@example.com", "Delivery schedule for December", SUPPLIER)
    partner = "jo@partner.example"
    finals = [(to, "team@example.com") for to in (ALICE, BOB, partner)]
    qid, t = receive(book, at(0, "09:12:05"), mail, number=3)
    second, t = filtered(book, t, qid, mail, finals)
    onward = book.long_id(t + 0.1)
    take_over(book, t + 0.1, mail, onward)
    book.syslog(
        MX1,
        t + 0.2,
        f"postfix/smtp[{book.pid()}]",
        f"{second}: to=<{partner}>, relay={OUT}, delay=0.4, delays=0.1/0/0.1/0.2, dsn=2.0.0, status=sent (250 2.0.0 Ok:"
        f" queued as {onward})",
    )
    to_mailbox(book, t + 0.2, second, mail, [ALICE, BOB])
    attempt(book, t + 1, onward, partner, PARTNER, accepted(book))
    removed(book, t + 2, onward)
    book.row(mail.sender, "team@example.com", None, "Expanded", "Expanded")
    for final, _ in finals:
        book.row(mail.sender, "team@example.com", final, "Delivered", "Relayed" if final == partner else "Delivered")


def refused(book: Book) -> None:
    """Rejected: by smtpd, by postscreen, by Rspamd, and one of two recipients."""
    mail = letter(book, "lena@customer.example", "sales-old@example.com", "Offer 4711", CUSTOMER)
    unknown = "550 5.1.1 <{}>: Recipient address rejected: User unknown in virtual mailbox table"
    session = Session(book, at(0, "10:03:44"), mail)
    session.refuse(mail.rcpts[0], unknown.format(mail.rcpts[0]))
    session.leave("ehlo=2 starttls=1 mail=1 rcpt=0/1 quit=1 commands=5/6")
    book.row(mail.sender, mail.rcpts[0], None, "Failed", "Rejected")
    for i, day in enumerate((0, 1, 2, 3, 4)):
        _screened(book, at(day, f"0{3 + i}:1{i}:09"), f"win{i}@win-offer.example", (ALICE, BOB, DAVE)[i % 3])
    relay = letter(book, "x@win-offer.example", "victim@elsewhere.example", "", SPAMMER)
    session = Session(book, at(1, "04:40:00"), relay)
    session.refuse(relay.rcpts[0], f"554 5.7.1 <{relay.rcpts[0]}>: Relay access denied")
    session.leave("ehlo=1 mail=1 rcpt=0/1 commands=2/3")
    book.row(relay.sender, relay.rcpts[0], None, "Failed", "Rejected")
    spam = letter(book, "prize@win-offer.example", CAROL, "You have won", SPAMMER)
    session = Session(book, at(2, "11:20:31"), spam)
    qid = session.begin()
    symbols = "BAYES_SPAM(5.10){99.98%;},RBL_EXAMPLE(6.00){203.0.113.200:from;},URIBL_EXAMPLE(7.30){}"
    session.scanned(qid, Verdict("T (reject)", 18.4, symbols))
    reason = "5.7.1 Spam message rejected"
    session.log(f"{qid}: milter-reject: END-OF-MESSAGE from {SPAMMER}: {reason}; {session.tail()}", tag=session.cleanup)
    session.leave("ehlo=2 starttls=1 mail=1 rcpt=1 data=0/1 quit=1 commands=6/7")
    book.row(spam.sender, CAROL, None, "Failed", "Rejected")
    _half_refused(book, unknown)


def _screened(book: Book, when: float, sender: str, rcpt: str) -> None:
    peer = f"[{SPAMMER.ip}]:{book.rnd.randrange(30_000, 60_000)}"
    log = partial(book.syslog, MX1)
    log(when, "postfix/postscreen[1301]", f"CONNECT from {peer} to [192.0.2.10]:25")
    log(when + 0.1, f"postfix/dnsblog[{book.pid()}]", f"addr {SPAMMER.ip} listed by domain bl.example.net as 127.0.0.4")
    log(when + 0.2, "postfix/postscreen[1301]", f"PREGREET 22 after 0.1 from {peer}: EHLO win-offer.example\\r\\n")
    log(when + 6, "postfix/postscreen[1301]", f"DNSBL rank 6 for {peer}")
    text = f"550 5.7.1 Service unavailable; client [{SPAMMER.ip}] blocked using bl.example.net"
    tail = f"from=<{sender}>, to=<{rcpt}>, proto=ESMTP, helo=<win-offer.example>"
    log(when + 6.2, "postfix/postscreen[1301]", f"NOQUEUE: reject: RCPT from {peer}: {text}; {tail}")
    log(when + 6.3, "postfix/postscreen[1301]", f"DISCONNECT {peer}")
    book.row(sender, rcpt, None, "Failed", "Rejected")


def _half_refused(book: Book, unknown: str) -> None:
    mail = letter(book, "lena@customer.example", (ERIN, "erik@example.com"), "Minutes of our meeting", CUSTOMER)
    session = Session(book, at(3, "08:47:12"), mail)
    qid = session.begin()
    session.log(
        f"{qid}: reject: RCPT from {CUSTOMER}: {unknown.format('erik@example.com')}; from=<{mail.sender}>"
        f" to=<erik@example.com> proto=ESMTP helo=<{CUSTOMER.helo}>"
    )
    session.scanned(qid)
    session.queued(qid, 1)
    session.leave("ehlo=2 starttls=1 mail=1 rcpt=1/2 data=1 quit=1 commands=7/8")
    second, t = filtered(book, session.when, qid, mail, [(ERIN, ERIN)])
    to_mailbox(book, t, second, mail, [ERIN])
    book.row(mail.sender, ERIN, ERIN, "Delivered", "Delivered")
    book.row(mail.sender, "erik@example.com", None, "Failed", "Rejected")


def greylisted(book: Book) -> None:
    """Greylisted: one comes again and is let in, one never does."""
    first = Client("mail.newcomer.example", "198.51.100.77", "mail.newcomer.example")
    reply = "450 4.2.0 <{}>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.com.html"
    for sender, day, returns in (("mia@newcomer.example", 1, True), ("info@oneshot.example", 2, False)):
        mail = letter(book, sender, DAVE, "First contact", first)
        session = Session(book, at(day, "13:05:10"), mail)
        session.postgrey("greylist", "new")
        session.refuse(DAVE, reply.format(DAVE))
        session.leave("ehlo=2 starttls=1 mail=1 rcpt=0/1 quit=1 commands=5/6")
        book.row(sender, DAVE, None, "Pending", "Greylisted")
        if returns:
            session = Session(book, at(day, "13:16:42"), mail)
            session.postgrey("pass", "triplet found, delay=692")
            qid = session.begin()
            session.scanned(qid)
            session.queued(qid, 1)
            session.leave("ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7")
            second, t = filtered(book, session.when, qid, mail, [(DAVE, DAVE)])
            to_mailbox(book, t, second, mail, [DAVE])
            book.row(sender, DAVE, DAVE, "Delivered", "Delivered")


def filters(book: Book) -> None:
    """Quarantined by amavis; Junk by Rspamd's header and Sieve; discarded and held by header_checks."""
    mail = letter(book, "parcel@track-now.example", BOB, "Your parcel", SPAMMER, 81_233)
    qid, t = receive(book, at(1, "15:31:02"), mail)
    tail = "quarantine: v/virus-Zb3kQ9wYx1aP, 412 ms"
    amavis(
        book,
        t + 0.6,
        4301,
        "Blocked INFECTED (Eicar-Test-Signature) {DiscardedInbound,Quarantined}",
        qid,
        mail,
        [(BOB, BOB)],
        tail,
    )
    handed_over(
        book, t + 0.7, qid, [(BOB, BOB)], "250 2.7.0 Ok, discarded, id=04301-07 - INFECTED: Eicar-Test-Signature"
    )
    book.row(mail.sender, BOB, None, "Quarantined", "Quarantined")
    mail = letter(book, "deal@weekly.example", ALICE, "Only today: 80 % off", WEEKLY)
    symbols = "BAYES_SPAM(5.10){99.20%;},MANY_INVISIBLE_PARTS(1.00){},R_SUSPICIOUS_URL(1.20){}"
    junk = "fileinto action: stored mail into mailbox 'Junk'"
    arrive(book, at(1, "07:02:18"), mail, junk, verdict=Verdict("S (add header)", 7.3, symbols))
    book.row(mail.sender, ALICE, ALICE, "Delivered", "Junk")
    mail = letter(book, "robot@weekly.example", ERIN, "DISCARD-TEST nightly ping", WEEKLY)
    session = Session(book, at(2, "02:00:03"), mail)
    qid = book.short_id()
    session.log(f"{qid}: client={WEEKLY}")
    session.header(qid, "discard", "monitoring pings are not kept")
    session.leave("ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7")
    book.row(mail.sender, ERIN, None, "Failed", "Discarded")
    for subject, day, freed in (("Payroll export", 2, True), ("Payroll correction", 3, False)):
        _held(book, letter(book, "hr@supplier.example", CAROL, subject, SUPPLIER, 52_114), at(day, "16:20:00"), freed)


def _held(book: Book, mail: Mail, when: float, freed: bool) -> None:
    session = Session(book, when, mail)
    qid = book.short_id()
    session.log(f"{qid}: client={mail.client}")
    session.header(qid, "hold", "payroll data is looked at first")
    session.log(f"{qid}: message-id={mail.message_id}", 0.0, session.cleanup)
    session.scanned(qid)
    session.leave("ehlo=2 starttls=1 mail=1 rcpt=1 data=1 quit=1 commands=7")
    if not freed:
        book.row(mail.sender, mail.rcpts[0], None, "Quarantined", "Held")
        return
    t = when + 2_710
    book.syslog(MX1, t, "postfix/postsuper[20114]", f"{qid}: released from hold")
    book.syslog(MX1, t + 0.01, "postfix/postsuper[20114]", "Released from hold: 1 message")
    book.syslog(MX1, t + 3, QMGR, f"{qid}: from=<{mail.sender}>, size={mail.size}, nrcpt=1 (queue active)")
    finals = [(rcpt, rcpt) for rcpt in mail.rcpts]
    second, t = filtered(book, t + 3.1, qid, mail, finals)
    to_mailbox(book, t, second, mail, list(mail.rcpts))
    book.row(mail.sender, mail.rcpts[0], mail.rcpts[0], "Delivered", "Delivered")


def sieve(book: Book) -> None:
    """Redirected, discarded by a user's rule, filed elsewhere, answered by a vacation rule."""
    mail = letter(book, "lena@customer.example", CAROL, "Signed contract", CUSTOMER, 240_118)
    away = "carol@elsewhere.example"
    arrive(book, at(3, "11:01:00"), mail, f"redirect action: forwarded to <{away}>")
    onward = book.long_id(at(3, "11:01:04"))
    imap = Client("imap1.example.com", "192.0.2.30", "imap1.example.com")
    t = take_over(book, at(3, "11:01:04"), mail, onward, imap)
    attempt(book, t, onward, away, "mx.elsewhere.example[203.0.113.90]:25", accepted(book))
    removed(book, t + 1, onward)
    book.row(mail.sender, CAROL, None, "Expanded", "Redirected")
    book.row(mail.sender, None, away, "Delivered", "Relayed")
    mail = letter(book, "news@weekly.example", DAVE, "Newsletter 46", WEEKLY, 61_420)
    dropped = "discard action: Marked message to be discarded if not explicitly delivered (discard action)"
    arrive(book, at(2, "06:00:41"), mail, dropped)
    book.row(mail.sender, DAVE, None, "Failed", "Discarded")
    mail = letter(book, "orders@supplier.example", BOB, "Order confirmation 20981", SUPPLIER)
    arrive(book, at(2, "09:30:25"), mail, "fileinto action: stored mail into mailbox 'Orders'")
    book.row(mail.sender, BOB, BOB, "Delivered", "Delivered")


def lost(book: Book) -> None:
    """The end is not known: the log itself lost lines."""
    mail = letter(book, "orders@supplier.example", ALICE, "Price list 2027", SUPPLIER, 912_330)
    _, t = receive(book, at(4, "09:59:58"), mail)
    book.syslog(
        MX1, t + 2, "rsyslogd", "imjournal: 214 messages lost due to rate-limiting (20000 allowed within 600 seconds)"
    )
    book.row(mail.sender, ALICE, None, "GettingStatus", "Unknown")
    mail = letter(book, "orders@supplier.example", BOB, "Shipping documents", SUPPLIER)
    qid, t = receive(book, at(4, "10:20:11"), mail)
    second, t = filtered(book, t, qid, mail, [(BOB, BOB)])
    full = f"<{BOB}> Mailbox is being moved, try again later"
    book.syslog(
        MX1,
        t + 0.3,
        f"postfix/lmtp[{book.pid()}]",
        f"{second}: to=<{BOB}>, relay=imap1.example.com[192.0.2.30]:24, delay=0.5, delays=0.1/0/0.1/0.3, dsn=4.3.0,"
        f" status=deferred (host imap1.example.com[192.0.2.30] said: 451 4.3.0 {full} (in reply to RCPT TO command))",
    )
    book.syslog(MX1, t + 300, QMGR, f"{second}: from=<{mail.sender}>, size={mail.size}, nrcpt=1 (queue active)")
    to_mailbox(book, t + 300.1, second, mail, [BOB])
    book.row(mail.sender, BOB, BOB, "Delivered", "Delivered")


STORIES = (team, refused, greylisted, filters, sieve, lost)
