"""Three days of the demo organization: what its mail servers logged, and what there is to be found in it.

Monday is quiet. On Tuesday an administrator opens somebody's mailbox, and a colleague sends as the team. On Wednesday a
rule forwards mail, and the backup account, which is not audited, reads everything.
"""

from __future__ import annotations

from sample_estate.book import Book, Client, Mail, at
from sample_estate.mailboxes import Kept, Visit, saved, wrong_password
from sample_estate.mx import Session, arrive, to_mailbox
from sample_estate.submit import OFFICE, PARTNER, SUBMIT, accepted, attempt, hand_in, removed, report

DOMAIN = "contoso.example"
GABRIELA, LAURA, MARK, CHRIS = (f"{name}@{DOMAIN}" for name in ("gabriela", "laura", "mark", "chris"))
TEAM, MARKETING, BACKUP = (f"{name}@{DOMAIN}" for name in ("teamdiscussion", "marketing", "backup"))
ADMIN = f"it-admin@{DOMAIN}"
HOME, PHONE, DESK, STRANGER = "198.51.100.23", "203.0.113.40", "192.0.2.117", "203.0.113.66"
SENDERS = (
    ("orders@supplier.example", Client("mail.supplier.example", "198.51.100.10", "mail.supplier.example")),
    ("ines@customer.example", Client("mx.customer.example", "203.0.113.80", "mx.customer.example")),
    ("news@weekly.example", Client("out.weekly.example", "203.0.113.90", "out.weekly.example")),
)
MORNING = {
    GABRIELA: ("Offer for the new office", "Invoice 2211", "Minutes of Monday", "The week in print"),
    LAURA: ("Delivery on Thursday", "Your order 7781", "Question about the fair"),
    MARK: ("Contract draft", "The week in print"),
    CHRIS: ("Budget 2027", "Reminder: invoice 2187", "Lunch?"),
    TEAM: ("Complaint: broken parcel", "Where is my order?", "Thank you", "Cancel my order"),
    MARKETING: ("Trade fair booth", "New logo, second draft"),
}


class Post:
    """The messages in the mailboxes, by mailbox and subject."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._kept: dict[tuple[str, str], Kept] = {}

    def __getitem__(self, place: tuple[str, str]) -> Kept:
        return self._kept[place]

    def incoming(self, when: float, to: str, subject: str, number: int) -> None:
        """From outside to the mailbox."""
        sender, client = SENDERS[2 if "print" in subject else number % 2]
        mail = Mail(sender, (to,), subject, self._book.mid(sender.partition("@")[2]), 1800 + 37 * number, client)
        end = arrive(self._book, when, mail)
        self._kept[to, subject] = saved(self._book, end - 0.2, to, mail)

    def internal(self, when: float, mail: Mail, headers: tuple[str, ...] = ()) -> None:
        """Between colleagues; headers: lines of From and Sender that header_checks put into the log."""
        qid, t = hand_in(self._book, when, mail)
        self._said(t, qid, mail, headers)
        end = to_mailbox(self._book, t, qid, mail, list(mail.rcpts), file=SUBMIT)
        for to in mail.rcpts:
            self._kept[to, mail.subject] = saved(self._book, end - 0.1, to, mail)

    def outgoing(self, when: float, mail: Mail, headers: tuple[str, ...] = (), result: str = "") -> str:
        """To the outside; the queue ID."""
        qid, t = hand_in(self._book, when, mail)
        self._said(t, qid, mail, headers)
        for to in mail.rcpts:
            attempt(self._book, t, qid, to, PARTNER, result or accepted(self._book))
        removed(self._book, t + 0.5, qid)
        return qid

    def _said(self, when: float, qid: str, mail: Mail, headers: tuple[str, ...]) -> None:
        tail = f"from {mail.client}; from=<{mail.sender}> to=<{mail.rcpts[-1]}> proto=ESMTP helo=<{mail.client.helo}>"
        for header in headers:
            text = f"{qid}: info: header {header} {tail}"
            self._book.syslog(SUBMIT, when - 0.05, f"postfix/cleanup[{self._book.pid()}]", text)


def _letter(book: Book, sender: str, to: str, subject: str) -> Mail:
    return Mail(sender, (to,), subject, book.mid(DOMAIN), 2140 + len(subject), OFFICE)


def monday(book: Book, post: Post) -> None:
    """Mail comes, is read, answered and filed."""
    number = 0
    for to, subjects in MORNING.items():
        for subject in subjects:
            post.incoming(at(0, "06:10") + 427 * number, to, subject, number)
            number += 1
    visit = Visit(book, at(0, "08:55"), GABRIELA, DESK)
    visit.open("INBOX")
    visit.read(post[GABRIELA, "Offer for the new office"], post[GABRIELA, "Invoice 2211"])
    visit.flag(post[GABRIELA, "Offer for the new office"])
    visit.move(post[GABRIELA, "The week in print"], "Trash")
    visit.share("Calendar", LAURA, "lrswi")
    visit.leave()
    visit = Visit(book, at(0, "09:20"), LAURA, HOME)
    visit.open("INBOX")
    visit.read(*(post[LAURA, subject] for subject in MORNING[LAURA]))
    visit.move(post[LAURA, "Your order 7781"], "Orders")
    visit.open(f"shared/{TEAM}/INBOX")
    visit.read(post[TEAM, "Where is my order?"], post[TEAM, "Thank you"])
    visit.leave()
    post.outgoing(at(0, "09:41"), _letter(book, LAURA, "ines@customer.example", "Re: Question about the fair"))
    post.internal(at(0, "10:05"), _letter(book, GABRIELA, MARK, "Contract: please check"))
    post.internal(at(0, "11:30"), _letter(book, CHRIS, LAURA, "Lunch at noon?"))


def tuesday(book: Book, post: Post) -> None:
    """Others act: a delegate, somebody who sends as the team, an administrator."""
    for number, subject in enumerate(("Second offer", "Plan of the stand")):
        post.incoming(at(1, "07:15") + 900 * number, GABRIELA, subject, 30 + number)
    visit = Visit(book, at(1, "08:40"), CHRIS, PHONE)
    visit.open(f"shared/{TEAM}/INBOX")
    visit.read(post[TEAM, "Complaint: broken parcel"], post[TEAM, "Cancel my order"])
    visit.purge(post[TEAM, "Complaint: broken parcel"])
    visit.move(post[TEAM, "Cancel my order"], "Trash")
    visit.open(f"shared/{MARKETING}/INBOX")
    visit.move(post[MARKETING, "New logo, second draft"], "Trash")
    visit.leave()
    said = (f"From: {TEAM}",)
    answer = Mail(CHRIS, ("ines@customer.example",), "Re: Cancel my order", book.mid(DOMAIN), 1990, OFFICE)
    post.outgoing(at(1, "08:58"), answer, said)
    said = (f"From: {GABRIELA}", f"Sender: {LAURA}")
    invitation = Mail(LAURA, (MARK, CHRIS), "Invitation: planning", book.mid(DOMAIN), 2490, OFFICE)
    post.internal(at(1, "10:15"), invitation, said)
    visit = Visit(book, at(1, "22:47"), GABRIELA, STRANGER, master=ADMIN)
    visit.open("INBOX")
    visit.search("INBOX", 'TEXT "offer"')
    visit.read(*(post[GABRIELA, subject] for subject in ("Offer for the new office", "Minutes of Monday")))
    visit.read(post[GABRIELA, "Second offer"])
    visit.purge(post[GABRIELA, "Minutes of Monday"])
    visit.leave()


def wednesday(book: Book, post: Post) -> None:
    """A door that stays shut, a rule that forwards, a bounce, and an account that nobody audits."""
    for number in range(3):
        wrong_password(book, at(2, "03:12") + 71 * number, MARK, STRANGER)
    spam = Mail("win@promo.example", (GABRIELA,), "You have won", book.mid("promo.example"), 900, SENDERS[2][1])
    session = Session(book, at(2, "04:02"), spam)
    session.refuse(GABRIELA, "554 5.7.1 Service unavailable; Client host [203.0.113.90] blocked using bl.example")
    session.leave("ehlo=2 starttls=1 mail=1 rcpt=0/1 quit=1 commands=5/6")
    visit = Visit(book, at(2, "08:31"), MARK, PHONE, service="managesieve")
    visit.rule("forward")
    visit.leave()
    visit = Visit(book, at(2, "08:36"), MARK, PHONE)
    visit.open("INBOX")
    visit.read(post[MARK, "Contract: please check"], post[MARK, "Contract draft"])
    visit.purge(post[MARK, "The week in print"])
    visit.leave()
    lost = _letter(book, MARK, "old.address@customer.example", "Contract, signed")
    text = "dsn=5.1.1, status=bounced (host mx.customer.example[203.0.113.80] said: 550 5.1.1 No such user here)"
    report(book, at(2, "09:02") + 2, post.outgoing(at(2, "09:02"), lost, result=text), MARK)
    for number, user in enumerate((GABRIELA, LAURA, CHRIS)):
        visit = Visit(book, at(2, "12:30") + 600 * number, user, "192.0.2.60", master=BACKUP)
        visit.open("INBOX")
        kept = [one for (owner, _), one in post._kept.items() if owner == user and one.folder == "INBOX"]
        visit.read(*kept[:3])
        visit.leave()
    visit = Visit(book, at(2, "16:20"), CHRIS, DESK)
    visit.open("INBOX")
    for subject in ("Reminder: invoice 2187", "Budget 2027"):
        visit.purge(visit.move(post[CHRIS, subject], "Trash"))
    visit.leave()


STORIES = (monday, tuesday, wednesday)
