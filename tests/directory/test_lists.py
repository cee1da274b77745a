"""Lists of mailboxes from elsewhere: every form, every encoding; what is refused is told with its line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from directories import NOW, Directory

from mailwake.audit.model import LogonType, MailboxType
from mailwake.audit.policy.matrix import default_set
from mailwake.directory.errors import DirectoryError
from mailwake.directory.imports.drafts import RowError, draft_of
from mailwake.directory.imports.loading import Account, load
from mailwake.directory.imports.reading import rows

EXPORT = """#TYPE Selected.Microsoft.Exchange.Data.Directory.Management.Mailbox
{heading}
"Rosa, Ek","rosa","Rosa@one.test","{addresses}","SharedMailbox","180.00:00:00","Move;Update","Admin Delegate"
"Bad","bad","nonsense","","","","",""
"Two
lines","two","two@one.test","","UserMailbox","","",""
"Kind","kind","kind@one.test","","MailUser","","",""
""".format(
    heading='"Name","Alias","PrimarySmtpAddress","EmailAddresses","RecipientTypeDetails",'
    '"AuditLogAgeLimit","AuditOwner","DefaultAuditSet"',
    addresses="SMTP:Rosa@one.test smtp:rek@one.test x500:/o=A SIP:rosa@one.test",
)


def take(directory: Directory, data: bytes | str, at: int = NOW) -> Account:
    return load(directory, data if isinstance(data, bytes) else data.encode(), "list", at)


@pytest.mark.parametrize(
    "encoded",
    [
        EXPORT.encode(),
        b"\xef\xbb\xbf" + EXPORT.encode(),
        EXPORT.encode("utf-16"),
        EXPORT.encode("utf-16-le"),
        EXPORT.encode("utf-16-be"),
        EXPORT.replace('","', '";"').encode(),
        EXPORT.replace('","', '"\t"').encode(),
        EXPORT.replace("\n", "\r\n").encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "le", "be", "semicolons", "tabs", "crlf"],
)
def test_export_csv(directory: Directory, encoded: bytes) -> None:
    account = take(directory, encoded)
    assert (account.made, account.changed, account.same) == (2, 0, 0)
    assert account.refused == [(4, "'nonsense' is no address"), (7, "'MailUser' is no type of mailbox")]
    rosa = directory.mailboxes.find("rosa")
    assert rosa.name == "Rosa, Ek" and rosa.addresses == ("rosa@one.test", "rek@one.test")
    assert rosa.type is MailboxType.SHARED and rosa.age_limit.days == 180
    assert rosa.managed == {LogonType.ADMIN, LogonType.DELEGATE}
    assert rosa.custom == {LogonType.OWNER: frozenset({"Move", "Update"})}
    again = take(directory, encoded, NOW + 1)
    assert (again.made, again.changed, again.same) == (0, 0, 2)


def test_convert_to_json(directory: Directory) -> None:
    box = {
        "Name": "Rosa",
        "PrimarySmtpAddress": "rosa@one.test",
        "EmailAddresses": ["smtp:rek@one.test", "SMTP:rosa@one.test"],
        "Guid": "6F1C6C0E-7D35-5F3C-9D0A-3A4F6E1B2C5D",
        "RecipientTypeDetails": 4,
        "AuditEnabled": True,
        "AuditLogAgeLimit": {"Ticks": 10368000000000 * 10, "Days": 1200},
        "AuditAdmin": sorted(default_set("2021", LogonType.ADMIN)),
        "AuditDelegate": [],
        "AuditOwner": ["HardDelete", "NotYetInvented"],
        "DefaultAuditSet": ["Admin"],
        "RecoverableItemsQuota": "50 GB (53,687,091,200 bytes)",
        "RecoverableItemsWarningQuota": "Unlimited",
        "LitigationHoldEnabled": False,
        "GrantSendOnBehalfTo": ["kim@one.test"],
    }
    for text in (
        json.dumps([box]),
        json.dumps(box),
        json.dumps({"value": [box]}),
        json.dumps(box) + "\n" + json.dumps(box),
    ):
        account = take(directory, text)
        assert not account.refused
        assert account.notes[0][1] == "the action 'NotYetInvented' is not known and was left out"
    rosa = directory.mailboxes.find("6f1c6c0e-7d35-5f3c-9d0a-3a4f6e1b2c5d")
    assert rosa.type is MailboxType.SHARED and rosa.age_limit.days == 120 and rosa.quota == 50 << 30
    assert rosa.managed == {LogonType.ADMIN}
    assert rosa.custom == {LogonType.DELEGATE: frozenset(), LogonType.OWNER: frozenset({"HardDelete"})}
    (permission,) = directory.permissions.all(rosa.id, ["SendOnBehalf"])
    assert permission.trustee == "kim@one.test"


def test_a_list_that_export_csv_lost_changes_nothing() -> None:
    notes: list[str] = []
    lost = {"name": "A", "auditowner": "Microsoft.Exchange.Data.MultiValuedProperty`1[System.String]", "auditadmin": ""}
    draft = draft_of(lost, notes)
    assert draft.managed is None and "Export-Csv lost the list" in notes[0]
    assert draft_of({"name": "A", "auditowner": "None"}, []).custom == {LogonType.OWNER: frozenset()}
    assert draft_of({"name": "A", "auditowner": "{}"}, []).custom == {LogonType.OWNER: frozenset()}


def test_doveadm_user_list(directory: Directory) -> None:
    directory.discover(["rosa"], NOW)
    account = take(directory, "rosa\nkim@one.test\n\nrosa@one.test\n")
    assert not account.refused
    assert [box.identity for box in directory.mailboxes.all()] == ["kim@one.test", "rosa@one.test"] or [
        box.identity for box in directory.mailboxes.all()
    ] == ["kim@one.test", "rosa"]
    assert directory.settings().same_account("rosa", "rosa@one.test")


def test_passwd_file_gives_names_and_no_passwords(directory: Directory) -> None:
    lines = "# users\nrosa@one.test:{SHA512-CRYPT}$6$xyz::::/home/rosa::userdb_quota=1G\nkim:{PLAIN}secret::::::\n"
    assert take(directory, lines).made == 2
    assert [box.identity for box in directory.mailboxes.all()] == ["kim", "rosa@one.test"]
    assert "secret" not in str([vars(box) for box in directory.mailboxes.all()])


def test_a_user_list_takes_nothing_away(directory: Directory) -> None:
    take(directory, EXPORT)
    before = directory.mailboxes.find("rosa")
    account = take(directory, "rek@one.test\nrosa@one.test\n")
    assert (account.made, account.changed, account.same) == (0, 0, 2)
    assert directory.mailboxes.find("rosa") == before


def test_addresses_that_an_export_no_longer_has_are_former_ones(directory: Directory) -> None:
    take(directory, EXPORT)
    directory.deciding(NOW)
    take(directory, "Name,PrimarySmtpAddress,EmailAddresses\nRosa Ek,rosa@one.test,SMTP:rosa@one.test\n", NOW + 10)
    assert directory.mailboxes.find("rosa").addresses == ("rosa@one.test",)
    settings = directory.settings()
    assert settings.mailbox("rek@one.test", NOW + 9).known and not settings.mailbox("rek@one.test", NOW + 10).known


def test_permissions_and_bypass_lists(directory: Directory) -> None:
    take(directory, "name,primarysmtpaddress\nRosa,rosa@one.test\nKim,kim@one.test\n")
    table = (
        "Identity,User,AccessRights,IsInherited,Deny\n"
        'Rosa,NT AUTHORITY\\SELF,"{FullAccess, ReadPermission}",False,False\n'
        "Rosa,kim@one.test,{FullAccess},False,False\nRosa,svc,FullAccess,True,False\nNobody,kim,FullAccess,False,False\n"
        "Rosa,kim,Fly,False,False\n"
    )
    account = take(directory, table)
    assert account.made == 2 and [line for line, _ in account.refused] == [5, 6]
    rosa = directory.mailboxes.find("rosa")
    told = [(one.trustee, one.right, one.inherited) for one in directory.permissions.all(rosa.id, ["FullAccess"])]
    assert told == [("kim@one.test", "FullAccess", False), ("svc", "FullAccess", True)]
    take(directory, "Identity,Trustee,AccessControlType,AccessRights\nRosa,kim,Deny,{SendAs}\n")
    assert [one.deny for one in directory.permissions.all(rosa.id, ["SendAs"])] == [True]
    account = take(
        directory, "Name,Identity,AuditBypassEnabled\nKim,kim@one.test,True\nRosa,rosa@one.test,False\nX,x,True\n"
    )
    assert account.made == 1 and account.refused[0][0] == 4
    assert directory.settings().actor("kim", NOW).bypass and not directory.settings().actor("rosa", NOW).bypass


def test_two_rows_for_one_mailbox_and_one_row_for_two(directory: Directory) -> None:
    account = take(directory, "Name,PrimarySmtpAddress\nA,a@one.test\nA two,a@one.test\nB,b@one.test\n")
    assert (account.made, account.changed) == (2, 1)
    text = "Name,PrimarySmtpAddress,EmailAddresses\nC,a@one.test,smtp:b@one.test\n"
    assert "several mailboxes" in take(directory, text).refused[0][1]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"[1]", "entry 1 is no object"),
        (b'[{"Name": "a"}', "is no JSON"),
        (b'{"Name": "a"}\n{"Name"', "is no JSON"),
        (b"\xff\xfea", "is no UTF-16-LE"),
        (b"\n\n", "is empty"),
    ],
)
def test_what_cannot_be_read(directory: Directory, data: bytes, words: str) -> None:
    with pytest.raises(DirectoryError, match=words):
        take(directory, data)


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "a", "auditenabled": "maybe"},
        {"name": "a", "auditlogagelimit": "soon"},
        {"name": "a", "recoverableitemsquota": "lots"},
        {"primarysmtpaddress": "@"},
    ],
)
def test_rows_that_are_refused(values: dict[str, Any]) -> None:
    with pytest.raises(RowError):
        draft_of(values, [])


def test_many_rows_are_taken_in_few_queries(directory: Directory) -> None:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    table = "Name,PrimarySmtpAddress\n" + "".join(f"User {n},user{n}@one.test\n" for n in range(800))
    with CaptureQueriesContext(connections[directory.alias]) as queries:
        assert take(directory, table).made == 800
    assert len(queries) < 400
    with CaptureQueriesContext(connections[directory.alias]) as queries:
        assert take(directory, table).same == 800
    assert len(queries) < 60
    assert len(list(rows(table.encode(), "x"))) == 800


def test_columns_in_any_spelling(directory: Directory) -> None:
    take(
        directory,
        "Name,Primary SMTP Address,recipient_type_details,Audit-Log Age Limit\nrosa,rosa@one.test,SharedMailbox,30\n",
    )
    rosa = directory.mailboxes.find("rosa@one.test")
    assert (rosa.type, rosa.age_limit.days) == (MailboxType.SHARED, 30)


def test_objects_that_convert_to_json_took_apart(directory: Directory) -> None:
    """Windows PowerShell writes addresses as objects, lists as `value` and `Count`, enumerations as numbers."""
    account = take(
        directory,
        json.dumps(
            {
                "Name": "Rosa",
                "PrimarySmtpAddress": {"Local": "rosa", "Domain": "one.test", "Address": "rosa@one.test", "Length": 13},
                "EmailAddresses": {
                    "value": [
                        {"SmtpAddress": "rosa@one.test", "ProxyAddressString": "SMTP:rosa@one.test"},
                        "smtp:r@one.test",
                    ],
                    "Count": 2,
                },
                "AuditOwner": {"value": [0, 4], "Count": 2},
                "AuditDelegate": {"value": ["Update", "Move"], "Count": 2},
                "DefaultAuditSet": {"value": ["Admin"], "Count": 1},
                "AuditLogAgeLimit": {"Ticks": 25_920_000_000_000, "Days": 30},
                "WhenMailboxCreated": {"value": "/Date(1577836800000)/", "DateTime": "Wednesday"},
            }
        ),
    )
    rosa = directory.mailboxes.find("rosa@one.test")
    assert rosa.addresses == ("rosa@one.test", "r@one.test") and rosa.age_limit.days == 30
    assert rosa.custom == {LogonType.DELEGATE: frozenset({"Update", "Move"})}
    assert rosa.managed == {LogonType.ADMIN, LogonType.OWNER}, "numbers that nobody knows are no empty set"
    assert any("none of its actions is known" in note for _, note in account.notes)
    assert rosa.created == 1_577_836_800_000_000


@pytest.mark.parametrize("written", ["2020-01-01T00:00:00Z", "1/1/2020 12:00:00 AM", "01.01.2020 00:00:00"])
def test_when_a_mailbox_was_made(directory: Directory, written: str) -> None:
    take(directory, f'Name,PrimarySmtpAddress,WhenMailboxCreated\nrosa,rosa@one.test,"{written}"\nkim,kim@one.test,\n')
    assert directory.mailboxes.find("rosa").created == 1_577_836_800_000_000
    assert directory.mailboxes.find("kim").created == NOW


def test_users_of_the_system_are_its_people(directory: Directory) -> None:
    take(
        directory,
        "root:x:0:0:root:/root:/bin/bash\nrosa:x:1000:1000:Rosa Ek,,,:/home/rosa:/bin/bash\n"
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
    )
    assert [box.name for box in directory.mailboxes.all()] == ["rosa"]


def test_a_formatter_puts_a_heading_above(directory: Directory) -> None:
    take(directory, "username\nrosa@one.test\nkim@one.test\n")
    assert {box.name for box in directory.mailboxes.all()} == {"rosa@one.test", "kim@one.test"}
