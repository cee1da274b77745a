"""What happens in mailboxes, in the shapes that servers and clients give it: by hand, feed by feed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from told_acts import FIXED, Fixed, acts_of, facts_of, ids, lines_of, sessions
from writing import ALICE, BOB, command, event, expunged, item, login, opened, said

from mailwake.audit.model import Observation
from mailwake.audit.observe.arguments import expanded, folder_name, numbers, split
from mailwake.audit.observe.folders import is_trash, item_kind, place
from mailwake.sources.dovecot.heads import read_head


def acts(*lines: str, settings: Fixed = FIXED) -> list[str]:
    """What is told of lines of text and of events, these in a file of their own."""
    return lines_of(found(*lines, settings=settings))


def found(*lines: str, settings: Fixed = FIXED) -> list[Observation]:
    """Observations of lines of text and of events."""
    text, events = [x for x in lines if x[0] != "{"], [x for x in lines if x[0] == "{"]
    return acts_of(facts_of(*(part for part in (text, events) if part)), settings)


MOVE = (
    said("10:00:00", item("copy from INBOX", "Papierkorb", 9, "<m1@example.net>")),
    said("10:00:00", item("expunge", "INBOX", 1)),
)


@pytest.mark.parametrize(
    "name", ["Papierkorb", "INBOX.Trash", "Corbeille", "Prullenbak", "刪除的郵件", "Deleted Items"]
)
def test_trash_by_name(name: str) -> None:
    lines = [line.replace("Papierkorb", name) for line in MOVE]
    assert acts(*lines) == [f"MoveToDeletedItems Owner {ALICE} INBOX 1 to {name}"]


def test_trash_by_setting_and_by_the_counter_of_the_session() -> None:
    lines = [line.replace("Papierkorb", "Weg damit") for line in MOVE]
    assert acts(*lines) == [f"Move Owner {ALICE} INBOX 1 to Weg damit"]
    named = Fixed(replace(FIXED.values, trash_folders=("Weg damit",)))
    assert acts(*lines, settings=named) == [f"MoveToDeletedItems Owner {ALICE} INBOX 1 to Weg damit"]
    end = said("10:01:00", "Disconnected: Logged out in=65 out=1980 deleted=0 expunged=1 trashed=1")
    assert acts(*lines, end) == [f"MoveToDeletedItems Owner {ALICE} INBOX 1 to Weg damit"]
    two = said("10:00:30", item("copy from INBOX", "Archive", 4, "<m8@example.net>"))
    assert f"MoveToDeletedItems Owner {ALICE} INBOX 1 to Weg damit" not in acts(*lines, two, end)


def test_trash_made_with_its_special_use() -> None:
    made = command("CREATE", "09:00:00", "Sopor (USE (\\Trash))", box="Sopor")
    lines = [line.replace("Papierkorb", "Sopor") for line in MOVE]
    assert f"MoveToDeletedItems Owner {ALICE} INBOX 1 to Sopor" in acts(*lines, made)


def test_lazy_expunge() -> None:
    lazy = Fixed(replace(FIXED.values, lazy_expunge=True))
    gone = said("10:00:00", item("expunge", "INBOX", 1))
    assert acts(gone) == [f"HardDelete Owner {ALICE} INBOX 1"]
    assert acts(gone, settings=lazy) == [f"SoftDelete Owner {ALICE} INBOX 1"]
    purge = said("10:00:00", item("expunge", ".EXPUNGED/INBOX", 1))
    assert acts(purge, settings=lazy) == [f"HardDelete Owner {ALICE} .EXPUNGED/INBOX 1"]
    kept = said("10:00:00", item("copy from INBOX", ".EXPUNGED", 7, "<m1@example.net>"))
    assert acts(gone, kept) == [f"SoftDelete Owner {ALICE} INBOX 1"]


def test_old_clients_take_their_time() -> None:
    """Thunderbird copies and marks at once and expunges when it closes."""
    steps = (
        said("10:00:00", item("copy from INBOX", "Trash", 5, "<m1@example.net>")),
        said("10:00:00", item("delete", "INBOX", 1, flags="\\Deleted")),
        said("10:40:00", item("expunge", "INBOX", 1, flags="\\Deleted")),
    )
    assert acts(*steps) == [f"MoveToDeletedItems Owner {ALICE} INBOX 1 to Trash"]
    assert acts(*steps[:2]) == [f"Copy Owner {ALICE} INBOX to Trash"]
    assert acts(steps[0], steps[2]) == [f"Copy Owner {ALICE} INBOX to Trash", f"HardDelete Owner {ALICE} INBOX 1"]


def test_copies_and_moves_of_one_second_into_one_folder() -> None:
    """Clients do all this within a second, and the text has no finer time: each line is of its own command."""
    lines = (
        said("10:00:00", item("copy from INBOX", "P", 4, "<m1@example.net>")),
        command("UID COPY", "10:00:00.1", '1 "P"', box="INBOX", reply="OK [COPYUID 99 1 4] Copy completed."),
        *_moved("10:00:00.2", "INBOX", 2, 5),
        command("UID MOVE", "10:00:00.2", '2 "P"', box="INBOX"),
        *_moved("10:00:00.3", "INBOX", 3, 6),
        command("UID MOVE", "10:00:00.3", '3 "P"', box="INBOX"),
        *_moved("10:00:00.4", "Old", 7, 7, by="MOVE"),
        command("MOVE", "10:00:00.4", '1:* "P"', box="Old"),
    )
    assert acts(*lines) == [
        f"Copy Owner {ALICE} INBOX to P",
        f"Move Owner {ALICE} INBOX 2 to P",
        f"Move Owner {ALICE} INBOX 3 to P",
        f"Move Owner {ALICE} Old 7 to P",
    ]


def test_an_expunge_of_nothing_is_no_act() -> None:
    """Without the right, of no message: OK, and nothing is told of any message. A flag set again is set by somebody."""
    store, gone = "1 +FLAGS (\\Flagged)", "1 +FLAGS (\\Deleted)"
    for written in ({"bytes_out": 0}, {"net_out_bytes": 44}):
        assert acts(command("UID STORE", "10:00:00", store, box="INBOX", **written)) == [
            f"Update Owner {ALICE} INBOX 1"
        ]
    refused = (
        command("UID STORE", "10:00:00", gone, box="INBOX", bytes_out=0),
        command("UID EXPUNGE", "10:00:01", "1", box="INBOX", bytes_out=0),
    )
    assert not [act for act in acts(*refused) if act.startswith("HardDelete")]
    done = (
        command("UID STORE", "10:00:00", gone, box="INBOX", bytes_out=44),
        command("UID EXPUNGE", "10:00:01", "1", box="INBOX", bytes_out=13),
    )
    assert acts(*done) == [f"HardDelete Owner {ALICE} INBOX 1"]


def test_messages_that_a_search_found() -> None:
    """`$` is what the last search has saved (RFC 5182)."""
    gone = expunged("10:00:00.2", "INBOX", 2, by="UID MOVE")
    assert acts(gone, command("UID MOVE", "10:00:00.2", "$ Trash", box="INBOX")) == [
        f"MoveToDeletedItems Owner {ALICE} INBOX 2 to Trash"
    ]


def _moved(at: str, box: str, uid: int, new: int, by: str = "UID MOVE") -> tuple[str, ...]:
    second = at.partition(".")[0]
    return (
        said(second, item(f"copy from {box}", "P", new, f"<m{uid}@example.net>")),
        said(second, item("expunge", box, uid)),
        expunged(at, box, uid, by),
    )


def test_the_expunger_is_who_expunges() -> None:
    marked = said("10:00:00", item("delete", "INBOX", 1, flags="\\Deleted"))
    other = said("10:05:00", item("expunge", "INBOX", 1), session="S2", extra=" rip=192.0.2.9 auth=root@corp.example")
    assert acts(marked, other) == [f"HardDelete Admin root@corp.example in {ALICE} INBOX 1"]


def test_a_mark_taken_back_is_nothing() -> None:
    lines = (
        said("10:00:00", item("delete", "INBOX", 1, flags="\\Deleted")),
        said("10:00:05", item("undelete", "INBOX", 1)),
        command("UID STORE", "10:00:00.5", "1 +FLAGS (\\Deleted)", box="INBOX"),
        command("UID STORE", "10:00:05.5", "1 -FLAGS (\\Deleted)", box="INBOX"),
    )
    assert acts(*lines) == []


def test_uid_that_comes_again_in_a_folder_made_anew() -> None:
    one = said("10:00:00", item("expunge", "P", 1, "<a@example.net>"))
    two = said("10:10:00", item("expunge", "P", 1, "<b@example.net>"))
    made = found(one, two)
    assert len({act.id for act in made}) == 2
    assert [act.items[0].message_id for act in made] == ["<a@example.net>", "<b@example.net>"]


def test_default_format_with_a_login_event() -> None:
    """The text names the owner only; the event of the login, which may come last, says who it was."""
    text = (login("10:00:00"), said("10:00:01", item("expunge", "INBOX", 1)))
    assert acts(*text) == [f"HardDelete Owner {ALICE} INBOX 1", f"MailboxLogin Owner {ALICE}"]
    auth = event(
        *("auth_request_finished", "10:00:00.2"),
        **{"success": "yes", "service": "imap", "mechanism": "PLAIN", "master_user": "root", "remote_ip": "192.0.2.7"},
        categories=["auth", "service:auth"],
    )
    assert acts(*text, auth) == [f"HardDelete Admin root in {ALICE} INBOX 1", f"MailboxLogin Admin root in {ALICE}"]


def test_a_name_without_its_domain_is_the_same_account() -> None:
    assert acts(login("10:00:00", auth_user="alice")) == [f"MailboxLogin Owner {ALICE}"]
    assert acts(login("10:00:00", auth_user="a.example")) == [f"MailboxLogin Admin a.example in {ALICE}"]
    known = Fixed(same=frozenset({frozenset(("a.example", ALICE))}))
    assert acts(login("10:00:00", auth_user="a.example"), settings=known) == [f"MailboxLogin Owner {ALICE}"]


def test_a_proxy_takes_the_password_that_the_server_behind_it_does_not() -> None:
    at_proxy = event("auth_request_finished", "10:00:00.1", service="imap", success="yes")
    behind = event("auth_request_finished", "10:00:00.2", service="imap")
    assert acts(at_proxy, behind) == [f"MailboxLogin Owner {ALICE} Failed"]
    before = event("auth_request_finished", "10:00:00.05", service="imap")
    assert acts(before, at_proxy) == [f"MailboxLogin Owner {ALICE}", f"MailboxLogin Owner {ALICE} Failed"]


def test_failed_logins() -> None:
    bad = (
        "2026-11-22 10:00:00 auth: Info: passwd-file(alice@corp.example,192.0.2.7,<S1>): Password mismatch",
        "2026-11-22 10:00:02 imap-login: Info: Disconnected: Connection closed (auth failed, 1 attempts in 2 secs):"
        " user=<alice@corp.example>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, session=<S1>",
        event("auth_request_finished", "10:00:00.1", service="imap", categories=["auth", "service:auth"]),
        event("auth_client_request_finished", "10:00:02.1", service="imap", error="Authentication failed"),
    )
    for some in (bad, bad[:1], bad[1:2], bad[2:3], bad[3:]):
        assert acts(*some) == [f"MailboxLogin Owner {ALICE} Failed"]
    assert acts(*bad, login("10:00:09")) == [f"MailboxLogin Owner {ALICE}", f"MailboxLogin Owner {ALICE} Failed"]
    smtp = event("auth_request_finished", "10:00:00", session=None, service="smtp", success="yes")
    assert acts(smtp) == [], "who hands mail in is not in the mailbox"


def test_pop3() -> None:
    text = (
        login("10:00:00", service="pop3"),
        said("10:00:01", item("flag_change", "INBOX", 1, flags="\\Seen"), service="pop3"),
        said("10:00:01", item("expunge", "INBOX", 3), service="pop3"),
        said("10:00:01", "Disconnected: Logged out top=1/958, retr=1/998, del=1/8, size=5600", service="pop3"),
    )
    some = [f"HardDelete Owner {ALICE} INBOX 3", f"MailboxLogin Owner {ALICE}"]
    assert acts(*text) == sorted([*some, f"MailItemsAccessed Owner {ALICE} INBOX"]), "how many, not which"
    read = [
        event("mail_opened", "10:00:00.5", mailbox="INBOX", uid=uid, reason_code=[why], categories=["service:pop3"])
        for uid, why in ((1, "pop3:cmd_retr"), (2, "pop3:cmd_top"))
    ]
    assert acts(*text, *read) == sorted([*some, *(f"MailItemsAccessed Owner {ALICE} INBOX {uid}" for uid in (1, 2))])


def test_pop3_commands() -> None:
    """Dovecot 2.4 tells of POP3 commands, too: by number, where nothing says the UID."""
    by = {"categories": ["service:pop3"], "took": 0.1}
    retr = event("pop3_command_finished", "10:00:00", cmd_name="RETR", cmd_args="1", reply="OK", **by)
    dele = event("pop3_command_finished", "10:00:01", cmd_name="DELE", cmd_args="1", reply="OK", **by)
    (act,) = found(retr, dele)
    assert (act.action, act.folder, dict(act.properties)) == ("MailItemsAccessed", "INBOX", {"Messages": "1"})
    why = {"reason_code": ["pop3:cmd_retr"], "categories": ["service:pop3"]}
    read = event("mail_opened", "09:59:59.95", mailbox="INBOX", uid=9, **why)
    assert acts(retr, dele, read) == [f"MailItemsAccessed Owner {ALICE} INBOX 9"]


def test_doveadm() -> None:
    """Its lines have no session, its events only sometimes; what it did to a mailbox in a day belongs together."""
    text = (
        f"2026-11-22 10:00:00 doveadm({ALICE}): Info: {item('copy from INBOX', 'Trash', 4, '<m1@example.net>')}",
        f"2026-11-22 10:00:00 doveadm({ALICE}): Info: {item('expunge', 'INBOX', 1)}",
        f"2026-11-22 10:00:09 doveadm({ALICE}): Info: {item('flag_change', 'INBOX', 2, flags='x')}",
    )
    by = {"categories": ["service:doveadm"], "session": "D1"}
    events = (
        event("mail_expunge_requested", "10:00:00.1", mailbox="INBOX", uid=1, reason_code=["doveadm:cmd_move"], **by),
        event("mail_user_session_finished", "10:00:00.2", took=0.2, reason_code=["doveadm:cmd_move"], **by),
        event("mail_user_session_finished", "10:00:09.2", took=0.2, reason_code=["doveadm:cmd_flags_add"], **by),
    )
    moved = f"MoveToDeletedItems Admin doveadm in {ALICE} INBOX 1 to Trash"
    changed = f"Update Admin doveadm in {ALICE} INBOX 2"
    assert acts(*text) == [moved, changed]
    assert acts(*text, *events) == [moved, changed]
    assert acts(*events) == [f"Move Admin doveadm in {ALICE} INBOX 1", f"Update Admin doveadm in {ALICE}"]
    assert set(ids(found(*text))) & set(ids(found(*events)))


def test_nobody_acts_in_a_delivery() -> None:
    lines = (
        said("10:00:00", item("save", "INBOX", 1), service="lmtp"),
        said("10:00:00", item("expunge", "INBOX", 1), service="dsync-server"),
        said("10:00:00", "Indexed 3 messages in INBOX", service="indexer-worker"),
        event("mail_opened", "10:00:00", mailbox="INBOX", uid=1, rcpt_to=ALICE, reason_code=["lmtp:cmd_data"]),
    )
    assert acts(*lines) == [] and sessions(facts_of(lines[:3])) == {}


@pytest.mark.parametrize(
    "prefix",
    [
        f"imap({ALICE})[192.0.2.9]",
        f"IMAP({ALICE})[192.0.2.9]",
        f"imap({ALICE})<100><S1>[192.0.2.9]",
        f"imap({ALICE})<100><S1>(192.0.2.9)",
        f"imap({ALICE})(192.0.2.9)<S1>",
        f"imap({ALICE}){{S1}}",
        f"imap({ALICE})<100><S1>, rip=192.0.2.9, lip=192.0.2.1",
        f"imap[100]({ALICE})",
        f"[S1] imap({ALICE})",
        f"S1 imap({ALICE})",
        f"imap({ALICE},192.0.2.9)<S1>",
    ],
)
def test_prefixes_of_a_sites_own(prefix: str) -> None:
    """mail_log_prefix is free text; what it should have in it is found by what it looks like."""
    head = read_head(prefix)
    assert head is not None
    assert (head.service, head.user) == ("imap", ALICE)
    assert head.session == ("S1" if "S1" in prefix else "")
    assert head.client_ip == ("192.0.2.9" if "192.0.2.9" in prefix else "")
    line = f"2026-11-22T10:00:00+00:00 mx dovecot: {prefix}: {item('expunge', 'INBOX', 5)}"
    assert acts(line) == [f"HardDelete Owner {ALICE} INBOX 5"]
    if prefix.startswith("imap("):
        own = f"2026-11-22 10:00:00 {prefix}: Info: {item('expunge', 'INBOX', 5)}"
        assert acts(own) == acts(line), "in a log file of Dovecot's own"


def test_an_odd_prefix_takes_no_time() -> None:
    assert read_head("imap(" + " " * 4000 + "x") is None
    assert read_head("imap(x)" + ", " * 4000 + "!") is None


def test_what_the_server_removes_by_itself() -> None:
    """autoexpunge, as 2.3 tells it at the end of somebody's session: nobody deleted that."""
    removed = {"mailbox": "Trash", "uid": 1, "seq": 1, "reason_code": ["storage:autoexpunge"]}
    own = (expunged("10:00:00.5", "INBOX", 1), said("10:00:00", item("expunge", "INBOX", 1)))
    text = said("10:00:01", item("autoexpunge", "Trash", 1, "<a@example.net>"))
    for feed in ((text,), (event("mail_expunge_requested", "10:00:01.2", **removed),)):
        assert acts(*own, *feed) == [f"HardDelete Owner {ALICE} INBOX 1"]
        assert acts(*feed) == []


def test_old_formats_have_no_session() -> None:
    lines = [line.replace("<100><S1>", "") for line in MOVE]
    assert acts(*lines) == [f"MoveToDeletedItems Owner {ALICE} INBOX 1 to Papierkorb"]


def test_commands_alone_tell_what_they_can() -> None:
    """Neither mail_log nor events of messages: single numbers are known to be there, ranges are not."""
    fetch = {"reasons": ["imap:cmd_uid_fetch", "imap:fetch_body"], "box": "INBOX"}
    assert acts(command("UID FETCH", "10:00:00", "3,5 (BODY.PEEK[])", **fetch)) == [
        f"MailItemsAccessed Owner {ALICE} INBOX {uid}" for uid in (3, 5)
    ]
    several = found(command("UID FETCH", "10:00:00", "3:9 (BODY.PEEK[])", **fetch))
    assert [(act.items, dict(act.properties)) for act in several] == [((), {"Messages": "3:9"})]
    assert acts(command("UID MOVE", "10:00:00", "7 Trash", box="INBOX")) == [
        f"MoveToDeletedItems Owner {ALICE} INBOX 7 to Trash"
    ]
    classic = (
        command("UID COPY", "10:00:00", "7 Trash", box="INBOX", reply="OK [COPYUID 9 7 3] Copy completed."),
        command("UID STORE", "10:00:01", "7 +FLAGS.SILENT (\\Deleted \\Seen)", box="INBOX"),
        command("EXPUNGE", "10:00:02", box="INBOX"),
    )
    assert acts(*classic) == [f"MoveToDeletedItems Owner {ALICE} INBOX 7 to Trash"]
    assert acts(
        command("UID STORE", "10:00:01", "7 +FLAGS (\\Deleted)", box="INBOX"), command("CLOSE", "10:00:02", box="INBOX")
    ) == [f"HardDelete Owner {ALICE} INBOX 7"]


def test_what_is_no_reading() -> None:
    def touched(*reasons: str) -> str:
        return event("mail_opened", "10:00:00", mailbox="INBOX", uid=1, reason_code=list(reasons))

    for why in ("imap:fetch_header", "imap:fetch_header_fields", "imap:fetch_bodystructure", "mail:snippet"):
        assert acts(touched("imap:cmd_uid_fetch", why)) == []
    assert acts(touched("imap:cmd_uid_search")) == []


def test_reading_marks_as_read_and_a_hand_does_too() -> None:
    line = said("10:00:00", item("flag_change", "INBOX", 2, flags="\\Seen"))
    read = command(
        *("UID FETCH", "10:00:00.9", "2 (BODY[])"), box="INBOX", reasons=["imap:cmd_uid_fetch", "imap:fetch_body"]
    )
    peek = read.replace("BODY[]", "BODY.PEEK[]")
    store = command("UID STORE", "10:00:00.95", "2 +FLAGS (\\Seen)", box="INBOX")
    access, update = f"MailItemsAccessed Owner {ALICE} INBOX 2", f"Update Owner {ALICE} INBOX 2"
    assert acts(line, read) == [access]
    assert acts(line, opened("10:00:00.5", "INBOX", 2)) == [access]
    assert acts(line, peek) == [access, update]
    assert acts(line, peek, store) == [access, update]
    assert acts(line) == [update]
    assert acts(store) == [update]
    assert set(ids(found(line))) == set(ids(found(store)))


def test_synchronization() -> None:
    body = {"reasons": ["imap:cmd_uid_fetch", "imap:fetch_body"], "box": "INBOX"}
    fetch = command("UID FETCH", "10:00:01", "1:* (BODY.PEEK[])", **body)
    many = [opened("10:00:00.995", "INBOX", uid) for uid in range(1, 101)]
    assert acts(fetch, *many) == [f"MailItemsAccessed Owner {ALICE} INBOX Sync"]
    assert len(acts(fetch, *many[1:])) == 99
    assert len(acts(*many)) == 100, "without the command each is a reading of its own"


def test_others_mailboxes() -> None:
    prefixes = FIXED.values.shared_prefixes
    assert place("shared/alice@corp.example/Projects/2026", BOB, prefixes) == (ALICE, "Projects/2026", True)
    assert place("shared/alice@corp.example", BOB, prefixes) == (ALICE, "INBOX", True)
    assert place("user.alice.Archive", BOB, prefixes) == (ALICE, "Archive", True)  # prefix = user.%%n.
    assert place("user.alice.Archive", "bob", prefixes) == ("alice", "Archive", True)
    assert place("Other Users/Alice Ek/Archive", BOB, ("Other Users/",)) == ("Alice Ek", "Archive", True)
    assert place(f"shared.{ALICE}.Sent", BOB, prefixes) == (ALICE, "Sent", True)
    assert place("inbox", BOB, prefixes) == (BOB, "INBOX", False)
    own = said("10:00:00", item("expunge", f"shared/{BOB}/INBOX", 1), user=BOB)
    assert acts(own) == [f"HardDelete Owner {BOB} INBOX 1"], "one's own mailbox, by way of the shared folders"
    into = said("10:00:00", item("copy from INBOX", f"shared/{ALICE}/Projects", 4), user=BOB)
    assert acts(into) == [f"Copy Owner {BOB} INBOX to {ALICE} Projects"]
    move = (
        said(
            "10:00:00",
            item("copy from shared/alice@corp.example/A", "shared/alice@corp.example/Trash", 4, "<m1@example.net>"),
            user=BOB,
        ),
        said("10:00:00", item("expunge", "shared/alice@corp.example/A", 1), user=BOB),
    )
    assert acts(*move) == [f"MoveToDeletedItems Delegate {BOB} in {ALICE} A 1 to Trash"]


@pytest.mark.parametrize("prefix", ["Shared/", "#shared/", "INBOX.shared.", "Other Users.", "users/", "INBOX/Users/"])
def test_usual_prefixes_that_nobody_named(prefix: str) -> None:
    theirs = opened("10:00:01", f"{prefix}{BOB}{prefix[-1]}INBOX", 3)
    assert acts(theirs) == [f"MailItemsAccessed Delegate {ALICE} in {BOB} INBOX 3"]
    own = f"{prefix}Projects{prefix[-1]}2026"
    if prefix not in FIXED.values.shared_prefixes:
        assert acts(opened("10:00:01", own, 3)) == [f"MailItemsAccessed Owner {ALICE} {own} 3"]


def test_refusals() -> None:
    no = "NO Mailbox doesn't exist: X"
    assert acts(command("SELECT", "10:00:00", "X", box="X", reply=no)) == [f"FolderBind Owner {ALICE} X Failed"]
    assert acts(command("UID MOVE", "10:00:00", "1 X", box="INBOX", reply=no)) == [
        f"Move Owner {ALICE} INBOX 1 to X Failed"
    ]
    assert acts(command("APPEND", "10:00:00", "X <9 byte literal>", reply=no)) == [f"Create Owner {ALICE} X Failed"]
    assert acts(command("SETACL", "10:00:00", "X bob lr", reply=no)) == [
        f"UpdateFolderPermissions Owner {ALICE} X Failed"
    ]
    assert acts(command("UID MOVE", "10:00:00", "", box="INBOX", reply="BAD Missing arguments")) == []


def test_copy_of_a_log() -> None:
    """The server's own file and what syslog made of the same lines."""
    own = [said("10:00:00", item("expunge", "INBOX", 1)), login("09:59:59")]
    passed = [
        f"2026-11-22T10:00:00.123456+00:00 imap1 dovecot: imap({ALICE})<100><S1>: {item('expunge', 'INBOX', 1)}",
    ]
    once = [f"HardDelete Owner {ALICE} INBOX 1", f"MailboxLogin Owner {ALICE}"]
    assert lines_of(acts_of(facts_of(own))) == once
    assert lines_of(acts_of(facts_of(own, passed))) == once


def test_long_names_are_cut_in_the_text_only() -> None:
    name = "Projects/" + "x" * 70
    cut = name[:61] + "..."
    lines = (said("10:00:00", item("expunge", cut, 1)), expunged("10:00:00.5", name, 1))
    assert acts(*lines) == [f"HardDelete Owner {ALICE} {name} 1"]


def test_client_that_says_who_it_is() -> None:
    line = said("10:00:00", "ID sent: name=LabMail, version=1.0")
    one = found(line, said("10:00:01", item("expunge", "INBOX", 1)))
    two = found(command("ID", "10:00:00", '("name" "LabMail" "version" "1.0")'), expunged("10:00:01", "INBOX", 1))
    three = found(
        event("imap_id_received", "10:00:00", id_name="LabMail", id_version="1.0"), expunged("10:00:01", "INBOX", 1)
    )
    for (act,) in (one, two, three):
        assert act.client == "Client=IMAP;Name=LabMail;Version=1.0"


def test_arguments() -> None:
    assert split('5:6 "My \\"Folder\\"" (\\Seen $x) <77 byte literal> a') == [
        *("5:6", 'My "Folder"', "(\\Seen $x)", "<77 byte literal>", "a")
    ]
    assert folder_name("&AMk-t&AOk-") == "Été" and folder_name("a&-b") == "a&b" and folder_name("inbox/x") == "INBOX/x"
    assert folder_name("&broken") == "&broken" and folder_name("&!!-") == "&!!-"
    assert numbers("3,5").plain == (3, 5) and numbers("3:5").plain == () and numbers("1:*").has(99)
    assert numbers("$").plain == () and numbers("$").has(99)
    assert expanded("7:9,3") == [7, 8, 9, 3] and expanded("1:99999999") == []


def test_kinds_of_items() -> None:
    assert [item_kind(name) for name in ("Kalender", "INBOX.Drafts", "Calendar/Team", "Archive")] == [
        *("Calendar", "Drafts", "Calendar", "Message")
    ]
    assert item_kind("Sent", ["\\Draft"]) == "Drafts"
    assert is_trash("INBOX/Trash", ()) and not is_trash("Trash/2026", ()) and is_trash("Mull", ("mull",))
