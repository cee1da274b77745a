"""Mail of our users to the outside, and the everyday."""

from __future__ import annotations

from sample_estate.book import IMAP1, MX1, SUBMIT, Book, at
from sample_estate.mx import QMGR, arrive
from sample_estate.stories_in import ALICE, BOB, CAROL, CUSTOMER, DAVE, ERIN, SUPPLIER, WEEKLY, letter
from sample_estate.submit import OFFICE, PARTNER, accepted, attempt, hand_in, removed, report, send

SLOW = "mx.slow.example[203.0.113.120]:25"
WORDS = (
    "Meeting on Thursday",
    "Re: Offer 4698",
    "Invoice 20411",
    "Drawings, second version",
    "Question about the delivery",
    "Travel plan",
    "Re: Re: Samples",
    "Maintenance window on Friday",
    "Project report week 46",
    "Holiday list",
)


def bounced(book: Book) -> None:
    """Bounced: the other side knows no such user; the sender gets a report."""
    mail = letter(book, BOB, "jonas@partner.example", "Spare parts", OFFICE)
    qid, t = hand_in(book, at(0, "14:22:10"), mail)
    text = f"550 5.1.1 <{mail.rcpts[0]}>: Recipient address rejected: User unknown (in reply to RCPT TO command)"
    t = attempt(book, t, qid, mail.rcpts[0], PARTNER, f"dsn=5.1.1, status=bounced (host {PARTNER[:-3]} said: {text})")
    book.row(BOB, mail.rcpts[0], mail.rcpts[0], "Failed", "Bounced")
    removed(book, report(book, t, qid, BOB), qid)


def waiting(book: Book) -> None:
    """Expired after three days with a warning on the way; deferred and still waiting; deferred and then sent."""
    said = "451 4.3.2 Please try again later (in reply to RCPT TO command)"
    busy = f"dsn=4.2.0, status=deferred (host {SLOW[:-3]} said: {said})"
    old = letter(book, ALICE, "kim@slow.example", "Questionnaire", OFFICE)
    start = at(0, "08:30:00")
    qid, t = hand_in(book, start, old)
    pauses = [0.0, 300, 900, 2100, 4500, 9300, 14_400 + 900, *(28_800 * n for n in range(1, 10))]
    for pause in pauses:
        _again(book, start + pause, qid, old.sender, old.size, pause > 0)
        attempt(book, start + pause + 0.5, qid, old.rcpts[0], SLOW, busy, pause + 1.2)
        if pause == 15_300:
            report(book, start + pause + 1, qid, ALICE, "delay")
    end = start + 28_800 * 9 + 2
    book.syslog(SUBMIT, end, QMGR, f"{qid}: from=<{ALICE}>, status=expired, returned to sender")
    removed(book, report(book, end + 0.1, qid, ALICE), qid)
    book.row(ALICE, old.rcpts[0], old.rcpts[0], "Failed", "Expired")
    still = letter(book, CAROL, "office@down.example", "Contract draft", OFFICE)
    start = at(4, "15:05:00")
    qid, t = hand_in(book, start, still)
    refused = "dsn=4.4.1, status=deferred (connect to mx.down.example[203.0.113.130]:25: Connection refused)"
    for pause in (0.0, 300, 900, 2100, 4500, 9300):
        _again(book, start + pause, qid, CAROL, still.size, pause > 0)
        attempt(book, start + pause + 0.5, qid, still.rcpts[0], "none", refused, pause + 1.2)
    book.row(CAROL, still.rcpts[0], still.rcpts[0], "Pending", "Deferred")
    late = letter(book, DAVE, "kim@slow.example", "Re: Questionnaire", OFFICE)
    start = at(2, "10:10:00")
    qid, t = hand_in(book, start, late)
    attempt(book, t, qid, late.rcpts[0], SLOW, busy)
    _again(book, start + 320, qid, DAVE, late.size, True)
    removed(book, attempt(book, start + 320.5, qid, late.rcpts[0], SLOW, accepted(book), 321), qid)
    book.row(DAVE, late.rcpts[0], late.rcpts[0], "Delivered", "Relayed")


def _again(book: Book, when: float, qid: str, sender: str, size: int, retry: bool) -> None:
    if retry:
        book.syslog(SUBMIT, when, QMGR, f"{qid}: from=<{sender}>, size={size}, nrcpt=1 (queue active)")


def deleted(book: Book) -> None:
    """Deleted: an admin takes a deferred message out of the queue."""
    mail = letter(book, ERIN, "all@down.example", "Wrong attachment, please ignore", OFFICE)
    qid, t = hand_in(book, at(3, "13:40:00"), mail)
    refused = "dsn=4.4.1, status=deferred (connect to mx.down.example[203.0.113.130]:25: Connection refused)"
    attempt(book, t, qid, mail.rcpts[0], "none", refused)
    book.syslog(SUBMIT, t + 212, "postfix/postsuper[22910]", f"{qid}: removed")
    book.syslog(SUBMIT, t + 212.1, "postfix/postsuper[22910]", "Deleted: 1 message")
    book.row(ERIN, mail.rcpts[0], mail.rcpts[0], "Failed", "Deleted")


def everyday(book: Book) -> None:
    """What goes right, all week."""
    people = (ALICE, BOB, CAROL, DAVE, ERIN)
    outside = (
        ("orders@supplier.example", SUPPLIER),
        ("lena@customer.example", CUSTOMER),
        ("news@weekly.example", WEEKLY),
    )
    for n in range(30):
        sender, client = outside[n % 3]
        when = at(n % 5, f"{7 + n % 11:02d}:{(n * 17) % 60:02d}:{(n * 7) % 60:02d}")
        mail = letter(book, sender, people[n * 3 % 5], WORDS[n % 10], client, 2_100 + n * 977)
        arrive(book, when, mail)
        book.row(sender, mail.rcpts[0], mail.rcpts[0], "Delivered", "Delivered")
    for n in range(22):
        when = at(n % 5, f"{8 + n % 9:02d}:{(n * 23 + 5) % 60:02d}:{(n * 11) % 60:02d}")
        mail = letter(
            book,
            people[n % 5],
            ("jo@partner.example", "lena@customer.example")[n % 2],
            WORDS[(n + 3) % 10],
            OFFICE,
            1_800 + n * 613,
        )
        send(book, when, mail, (PARTNER, "mx.customer.example[203.0.113.80]:25")[n % 2])


def daemons(book: Book) -> None:
    """What daemons say about themselves, logins, and visitors without mail."""
    for day in range(5):
        for file in (MX1, SUBMIT):
            anvil, when = f"postfix/anvil[{book.pid()}]", at(day, "12:10:20")
            book.syslog(
                file,
                when,
                anvil,
                f"statistics: max connection rate 2/60s for (smtp:{CUSTOMER.ip}) at Nov {16 + day} 12:04:11",
            )
            book.syslog(
                file,
                when,
                anvil,
                f"statistics: max connection count 1 for (smtp:{CUSTOMER.ip}) at Nov {16 + day} 12:04:11",
            )
        for user in (ALICE, BOB):
            session, when = book.token()[:16], at(day, f"0{7 + day % 2}:58:0{day}")
            book.syslog(
                IMAP1,
                when,
                "dovecot",
                f"imap-login: Login: user=<{user}>, method=PLAIN, rip={OFFICE.ip}, lip=192.0.2.30, mpid={book.pid()},"
                f" TLS, session=<{session}>",
            )
            book.syslog(
                IMAP1,
                when + 3600,
                "dovecot",
                f"imap({user})<{book.pid()}><{session}>: Disconnected: Logged out in=912 out=40211 deleted=0"
                " expunged=0 trashed=0 hdr_count=12 hdr_bytes=4210 body_count=3 body_bytes=18230",
            )
        _burglar(book, at(day, "02:22:02"))
    book.syslog(MX1, at(0, "00:00:01"), "postfix/postfix-script[1180]", "starting the Postfix mail system")
    book.syslog(
        MX1, at(0, "00:00:02"), "postfix/master[1182]", "daemon started -- version 3.7.11, configuration /etc/postfix"
    )


def _burglar(book: Book, when: float) -> None:
    """Somebody tries passwords."""
    smtpd = f"postfix/submission/smtpd[{book.pid()}]"
    bot = "unknown[203.0.113.201]"
    book.syslog(SUBMIT, when, smtpd, f"connect from {bot}")
    book.syslog(
        SUBMIT,
        when + 2,
        smtpd,
        f"warning: {bot}: SASL LOGIN authentication failed: (reason unavailable), sasl_username=admin",
    )
    book.syslog(SUBMIT, when + 2.1, smtpd, f"lost connection after AUTH from {bot}")
    book.syslog(SUBMIT, when + 2.2, smtpd, f"disconnect from {bot} ehlo=1 auth=0/1 commands=1/2")


STORIES = (bounced, waiting, deleted, everyday, daemons)
