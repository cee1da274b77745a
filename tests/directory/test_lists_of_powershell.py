"""What Export-Clixml and Format-List make of Get-Mailbox is a list of mailboxes, as its CSV and JSON are."""

from __future__ import annotations

import pytest
from directories import NOW, Directory

from mailwake.audit.model import LogonType, MailboxType
from mailwake.directory.errors import DirectoryError
from mailwake.directory.imports.loading import Account, load

CLIXML = """<?xml version="1.0" encoding="utf-8"?>
<Objs Version="1.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">
  <Obj RefId="0">
    <TN RefId="0"><T>Deserialized.Microsoft.Exchange.Data.Directory.Management.Mailbox</T><T>System.Object</T></TN>
    <ToString>Rosa</ToString>
    <Props>
      <S N="Name">Rosa_x0020_Ek</S>
      <B N="AuditEnabled">true</B>
      <S N="PrimarySmtpAddress">rosa@one.test</S>
      <Obj N="EmailAddresses" RefId="1">
        <TN RefId="1"><T>Deserialized.Microsoft.Exchange.Data.ProxyAddressCollection</T></TN>
        <LST>
          <Obj RefId="2"><ToString>smtp:rek@one.test</ToString><Props><B N="IsPrimaryAddress">false</B></Props></Obj>
          <S>SMTP:rosa@one.test</S>
        </LST>
      </Obj>
      <Obj N="RecipientTypeDetails" RefId="3"><ToString>SharedMailbox</ToString><I64>4</I64></Obj>
      <TS N="AuditLogAgeLimit">P120D</TS>
      <Obj N="AuditOwner" RefId="4"><TN RefId="2"><T>A.List</T></TN><LST><S>Update</S><S>Move</S></LST></Obj>
      <Obj N="DefaultAuditSet" RefId="5"><TNRef RefId="2" /><LST><S>Admin</S><S>Delegate</S></LST></Obj>
      <G N="Guid">6f1c6c0e-7d35-5f3c-9d0a-3a4f6e1b2c5d</G>
      <DT N="WhenCreatedUTC">2020-01-01T00:00:00Z</DT>
      <Nil N="RetentionPolicy" />
    </Props>
  </Obj>
  <Obj RefId="6">
    <TNRef RefId="0" />
    <MS><S N="Name">Kim</S><S N="PrimarySmtpAddress">kim@one.test</S><Ref N="EmailAddresses" RefId="1" /></MS>
  </Obj>
</Objs>
"""
LISTED = """

Name                 : Rosa Ek
PrimarySmtpAddress   : rosa@one.test
EmailAddresses       : {smtp:rek@one.test,
                       SMTP:rosa@one.test}
RecipientTypeDetails : SharedMailbox
AuditEnabled         : True
AuditLogAgeLimit     : 120.00:00:00
AuditOwner           : {Update, Move}
AuditAdmin           : {Update, MoveToDeletedItems, SoftDelete, HardDelete...}
DefaultAuditSet      : {Admin, Delegate}
RetentionPolicy      :

Name                 : Kim
PrimarySmtpAddress   : kim@one.test

"""


def take(directory: Directory, text: str) -> Account:
    return load(directory, text.encode(), "list", NOW)


@pytest.mark.parametrize("text", [CLIXML.replace("<Ref N", "<Nil N"), LISTED], ids=["clixml", "format-list"])
def test_mailboxes_of(directory: Directory, text: str) -> None:
    account = take(directory, text)
    assert (account.made, account.refused) == (2, [])
    rosa = directory.mailboxes.find("rosa@one.test")
    assert rosa.name == "Rosa Ek" and rosa.addresses == ("rosa@one.test", "rek@one.test")
    assert rosa.type is MailboxType.SHARED and rosa.age_limit.days == 120
    assert rosa.managed == {LogonType.ADMIN, LogonType.DELEGATE}
    assert rosa.custom == {LogonType.OWNER: frozenset({"Update", "Move"})}
    assert directory.mailboxes.find("kim").primary_address == "kim@one.test"
    assert take(directory, text).same == 2


def test_a_list_that_format_list_cut_is_told(directory: Directory) -> None:
    notes = [note for _, note in take(directory, LISTED).notes]
    assert len(notes) == 1 and "Format-List cut the list" in notes[0]
    rows = take(directory, LISTED.replace("{Admin, Delegate}", "{Owner}")).notes
    assert any("the set of Admin is customized, but its list is not there" in note for _, note in rows)


def test_what_stands_twice_is_written_once(directory: Directory) -> None:
    """`Ref` is an object that was written before."""
    account = take(directory, CLIXML)
    assert (account.made, account.changed) == (1, 1), "both objects have the same addresses"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<mailboxes><mailbox/></mailboxes>", "XML of a kind that is not read"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><Objs>&b;</Objs>', "XML of a kind that is not read"),
        (CLIXML[:-20], "is no XML"),
    ],
)
def test_other_xml(directory: Directory, text: str, words: str) -> None:
    with pytest.raises(DirectoryError, match=words):
        take(directory, text)
