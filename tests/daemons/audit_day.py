"""A day in the mailboxes of ann and bob: everything that people, an administrator and programs do there.

The ledger has each act once, whether or not any log can show it.
"""

from __future__ import annotations

import time

from people import Ledger, Person, address, message, wrong_password
from servers import Servers
from ways import Doveadm, Pop, Rules, note_sent, send, visiting

USERS = ("ann", "bob", "carol", "dave")
HOME, OFFICE, DESK = "192.0.2.10", "192.0.2.20", "198.51.100.7"
ANN = "shared/ann@example.com"
_RULE = 'require ["fileinto"];\nif header :is "X-Bin" "yes" { discard; stop; }\n'


def spend(servers: Servers) -> Ledger:
    """Live through the day; what was done."""
    ledger = Ledger()
    _mail(servers, ledger)
    await_delivery(servers)
    _owner_reads(servers, ledger)
    _owner_changes(servers, ledger)
    _owner_folders(servers, ledger)
    _rights(servers, ledger)
    _delegate(servers, ledger)
    _master(servers, ledger)
    _pop3(servers, ledger)
    _rules(servers, ledger)
    _doveadm(servers, ledger)
    return ledger


def await_delivery(servers: Servers) -> None:
    """Until the queue is empty: `removed` for each message that was taken."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        text = (servers.log / "mail.log").read_text()
        if text.count("sasl_method=") == text.count(": removed"):
            return
        time.sleep(0.1)
    raise TimeoutError("mail is still in the queue")


def _mail(servers: Servers, ledger: Ledger) -> None:
    """Deliveries, which are nobody's acts in the mailboxes, and how they were handed in."""
    for number in range(1, 31):
        send(servers, "dave", message("dave", "ann", f"m{number}"), "dave", ["ann"], ip=OFFICE)
        note_sent(ledger, "Send", "dave", "dave", f"m{number}", OFFICE)
    for number in range(1, 5):
        send(servers, "carol", message("carol", "bob", f"b{number}"), "carol", ["bob"])
        note_sent(ledger, "Send", "carol", "carol", f"b{number}")
        await_delivery(servers)  # POP3 numbers them in this order
    send(servers, "bob", message("ann", "carol", "as1"), "ann", ["carol"], ip=DESK)
    note_sent(ledger, "SendAs", "bob", "ann", "as1", DESK)
    send(servers, "bob", message("ann", "carol", "as2"), "bob", ["carol", "dave"])
    note_sent(ledger, "SendAs", "bob", "ann", "as2")
    send(servers, "bob", message("ann", "carol", "ob1", header_sender="bob"), "bob", ["carol"])
    note_sent(ledger, "SendOnBehalf", "bob", "ann", "ob1")
    send(servers, "bob", message("bob", "carol", "own"), "ann", ["carol"])
    note_sent(ledger, "Send", "bob", "bob", "own")


def _owner_reads(servers: Servers, ledger: Ledger) -> None:
    wrong_password(servers, ledger, "ann")
    with visiting(Person(servers, ledger, "ann", ip=HOME)) as ann:
        ann.open("INBOX")
        ann.look()
        ann.read("m1")
        ann.read("m2", part="BODY[]")
        ann.read("m3", part="BODY.PEEK[TEXT]<0.10>")
        ann.read("m4", "m5", "m6")
        ann.read("m7", part="RFC822")
        ann.flag("m1")
        ann.flag("m8", "$Label1")
        ann.flag("m9", "\\Seen")
        ann.imap.select("INBOX", readonly=True)
        ann.note("FolderBind", "INBOX")


def _owner_changes(servers: Servers, ledger: Ledger) -> None:
    with visiting(Person(servers, ledger, "ann")) as ann:
        for folder in ("Projects", "Old Stuff", "P&AOU-sk", "Drafts"):
            ann.make(folder)
        ann.open("INBOX")
        ann.move("m1", "Projects")
        ann.move("m2", "Trash")
        ann.move("m3", "P&AOU-sk")
        ann.copy("m4", "Old Stuff")
        ann.move_as_old_clients_do("m5", "Trash")
        ann.move_as_old_clients_do("m6", "Projects")
        ann.purge("m7")
        ann.purge("m8", "EXPUNGE")
        ann.mark("m9")
        ann.mark("m9", "-")
        ann.put("Drafts", message("ann", "bob", "draft"), "\\Draft")
        ann.put("Sent", message("ann", "bob", "sent"))
        ann.put("Nowhere", message("ann", "bob", "lost"), refused=True)
        ann.open("Trash")
        ann.purge("m5", "CLOSE")
        ann.open("Old Stuff")
        ann.move_all("Projects", "m4")


def _owner_folders(servers: Servers, ledger: Ledger) -> None:
    with visiting(Person(servers, ledger, "ann")) as ann:
        for folder in ("Gone", "Old", "Old/Inner"):
            ann.make(folder)
        ann.open("INBOX")
        ann.move("m10", "Gone")
        ann.move("m11", "Old/Inner")
        ann.drop("Gone", "m10")
        ann.rename("Old", "Older")
        ann.rename("Older", "Trash/Older", "MoveToDeletedItems")
        ann.drop("Trash/Older/Inner", "m11")
        ann.open("Nowhere", refused=True)


def _rights(servers: Servers, ledger: Ledger) -> None:
    with visiting(Person(servers, ledger, "ann", ip=HOME)) as ann:
        ann.share("INBOX", "bob", "lrswipekxte")
        ann.share("Trash", "bob", "lrswipte")
        ann.share("Drafts", "bob", "lrswip")
        ann.share("Projects", "bob", "lrs")
        ann.share("Projects", "carol", "lr")
        ann.withdraw("Projects", "carol")
        ann.imap.getacl("INBOX")


def _delegate(servers: Servers, ledger: Ledger) -> None:
    with visiting(Person(servers, ledger, "bob", ip=DESK)) as bob:
        bob.make("Kept")
        bob.open(f"{ANN}/INBOX")
        bob.look()
        bob.read("m12", "m13")
        bob.read("m14", part="BODY[]")
        bob.flag("m15")
        bob.copy("m16", "Kept")
        bob.move("m17", "Kept")
        bob.move("m18", f"{ANN}/Trash")
        bob.move_as_old_clients_do("m19", f"{ANN}/Trash")
        bob.move("m20", "Trash")
        bob.purge("m21")
        bob.put(f"{ANN}/Drafts", message("ann", "dave", "ghost"), "\\Draft")
        bob.share(f"{ANN}/INBOX", "carol", "lr", refused=True)
        bob.open(f"{ANN}/Sent", refused=True)
        bob.open(f"{ANN}/Projects")
        bob.read("m6")
        bob.open("Kept")
        bob.read("m17")


def _master(servers: Servers, ledger: Ledger) -> None:
    with visiting(Person(servers, ledger, "ann", as_master=True)) as admin:
        admin.open("INBOX")
        admin.read("m12")
        admin.flag("m22")
        admin.copy("m23", "Projects")
        admin.move("m24", "Projects")
        admin.move("m25", "Trash")
        admin.purge("m26")
        admin.put("Drafts", message("ann", "dave", "planted"), "\\Draft")
        admin.share("INBOX", "dave", "lr")
        admin.open("INBOX")
    with visiting(Person(servers, ledger, "bob", as_master=True, ip=OFFICE)) as admin:
        admin.open(f"{ANN}/INBOX")
        admin.read("m22")
        admin.open("INBOX")
        admin.flag("b1")


def _pop3(servers: Servers, ledger: Ledger) -> None:
    with visiting(Pop(servers, ledger, "bob")) as bob:
        bob.read(1, "b1")
        bob.peek(2, "b2")
        bob.read(3, "b3")
        bob.delete(3, "b3")


def _rules(servers: Servers, ledger: Ledger) -> None:
    with visiting(Rules(servers, ledger, "carol")) as carol:
        carol.look()
        carol.put("first", _RULE)
        carol.put("wrong", "if nonsense\n", refused=True)
        carol.change('SETACTIVE "first"')
        carol.put("second", _RULE)
        carol.change('RENAMESCRIPT "second" "third"')
        carol.change('DELETESCRIPT "third"')
    with visiting(Rules(servers, ledger, "carol", as_master=True)) as admin:
        admin.put("forward", 'redirect "dave@example.com";\n')
        admin.change('SETACTIVE "forward"')


def _doveadm(servers: Servers, ledger: Ledger) -> None:
    admin = Doveadm(servers, ledger, "ann")
    named = ("HEADER", "Message-ID", "m27@example.com")
    admin.run("fetch", "-u", "@", "text", "mailbox", "INBOX", *named)
    admin.note("MailItemsAccessed", "INBOX", "", "m27")
    admin.run("flags", "add", "-u", "@", "\\Flagged", "mailbox", "INBOX", *named)
    admin.note("Update", "INBOX", "", "m27")
    admin.run("move", "-u", "@", "Projects", "mailbox", "INBOX", "HEADER", "Message-ID", "m28@example.com")
    admin.note("Move", "INBOX", "Projects", "m28")
    admin.run("copy", "-u", "@", "Projects", "mailbox", "INBOX", "HEADER", "Message-ID", "m29@example.com")
    admin.note("Copy", "INBOX", "Projects", "m29")
    admin.run("expunge", "-u", "@", "mailbox", "INBOX", "HEADER", "Message-ID", "m30@example.com")
    admin.note("HardDelete", "INBOX", "", "m30")
    admin.run("mailbox", "create", "-u", "@", "Made")
    admin.run("acl", "set", "-u", "@", "INBOX", f"user={address('carol')}", "lookup", "read")
    admin.note("UpdateFolderPermissions", "INBOX")
    admin.run("mailbox", "list", "-u", "@")
    admin.run("search", "-u", "@", "mailbox", "Projects", "SUBJECT", "About")
    admin.note("SearchQueryInitiated", "Projects")
