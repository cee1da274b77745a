"""What each scenario of the lab shows to have been done, as `told_acts.told` tells it.

`log:` is told by the scenario's log only, `events:` by its events only, `log alone:` by the log as long as the events
are not there; everything else by either, and by both together once.
"""

LAB: dict[str, str] = {
    "imap-01-login-bad": """
MailboxLogin Owner alice@corp.test Failed
""",
    "imap-05-fetch-headers": "",
    "imap-06-fetch-body": """
MailItemsAccessed Owner alice@corp.test INBOX 2
""",
    "imap-07-fetch-peek-body": """
MailItemsAccessed Owner alice@corp.test INBOX 3
""",
    "imap-10-fetch-part": """
MailItemsAccessed Owner alice@corp.test INBOX 5
""",
    "imap-12-store-seen": """
Update Owner alice@corp.test INBOX 6
""",
    "imap-13-store-keyword": """
Update Owner alice@corp.test INBOX 6
""",
    "imap-14-append-sent": """
log: CreateFolder Owner alice@corp.test Drafts
Create Owner alice@corp.test Sent 1
Create Owner alice@corp.test Drafts 1
""",
    "imap-15-copy": """
Copy Owner alice@corp.test INBOX to Archive
""",
    "imap-16-move": """
Move Owner alice@corp.test INBOX 8 to Archive
""",
    "imap-18-copy-delete-expunge": """
MoveToDeletedItems Owner alice@corp.test INBOX 10 to Trash
""",
    "imap-19-delete-undelete": "",
    "imap-20-expunge-inbox": """
HardDelete Owner alice@corp.test INBOX 13
HardDelete Owner alice@corp.test INBOX 12
""",
    "imap-22-expunge-trash": """
FolderBind Owner alice@corp.test Trash
HardDelete Owner alice@corp.test Trash 2
HardDelete Owner alice@corp.test Trash 1
FolderBind Owner alice@corp.test INBOX
""",
    "imap-23-folder-ops": """
CreateFolder Owner alice@corp.test Projects
CreateFolder Owner alice@corp.test P2
Create Owner alice@corp.test P2 1
RenameFolder Owner alice@corp.test P2 to P3
HardDelete Owner alice@corp.test P3 1
DeleteFolder Owner alice@corp.test P3
""",
    "imap-25-setacl": """
UpdateFolderPermissions Owner alice@corp.test Projects
UpdateFolderPermissions Owner alice@corp.test Projects
UpdateFolderPermissions Owner alice@corp.test Projects
""",
    "imap-26-setmetadata": """
SetMetadata Owner alice@corp.test INBOX
""",
    "imap-30-delegate-login": """
MailboxLogin Owner bob@corp.test
""",
    "imap-31-delegate-select": """
FolderBind Delegate bob@corp.test in alice@corp.test Projects
""",
    "imap-32-delegate-fetch": """
MailItemsAccessed Delegate bob@corp.test in alice@corp.test Projects 1
""",
    "imap-35-delegate-move": """
log: CreateFolder Owner bob@corp.test Trash
Move Delegate bob@corp.test in alice@corp.test Projects 4 to bob@corp.test Trash
""",
    "imap-37-delegate-expunge": """
HardDelete Delegate bob@corp.test in alice@corp.test Projects 5
""",
    "imap-40-admin-login": """
MailboxLogin Admin admin@corp.test in alice@corp.test
""",
    "imap-42-admin-move-trash": """
MoveToDeletedItems Owner alice@corp.test INBOX 22 to Trash
""",
    "imap-43-admin-logout": "",
    "imap-50-sieve-put": """
MailboxLogin Owner alice@corp.test
events: UpdateInboxRules Owner alice@corp.test
events: UpdateInboxRules Owner alice@corp.test
""",
    "imap-51-sieve-rename-delete": """
MailboxLogin Owner alice@corp.test
events: UpdateInboxRules Owner alice@corp.test
events: UpdateInboxRules Owner alice@corp.test
events: UpdateInboxRules Owner alice@corp.test
events: UpdateInboxRules Owner alice@corp.test Failed
""",
    "imap-62-quota-imap": """
MailboxLogin Owner fullbox@corp.test
Create Owner fullbox@corp.test INBOX Failed
""",
    "imap-63-idle": "",
    "imap-64-fetch-variants": """
MailItemsAccessed Owner alice@corp.test INBOX 25
MailItemsAccessed Owner alice@corp.test INBOX 30
MailItemsAccessed Owner alice@corp.test INBOX 31
""",
    "imap-65-restore": """
MoveToDeletedItems Owner alice@corp.test INBOX 26 to Trash
FolderBind Owner alice@corp.test Trash
Move Owner alice@corp.test Trash 3 to INBOX
Move Owner alice@corp.test Trash 4 to INBOX
FolderBind Owner alice@corp.test INBOX
""",
    "imap-66-seq-fetch": """
events: MailItemsAccessed Owner alice@corp.test INBOX 4
events: MailItemsAccessed Owner alice@corp.test INBOX 3
log alone: MailItemsAccessed Owner alice@corp.test INBOX
""",
    "imap-67-multi-trash-del": "",
    "imap-84-exporter-down": """
log: MailboxLogin Owner alice@corp.test
log: FolderBind Owner alice@corp.test INBOX
log: MailItemsAccessed Owner alice@corp.test INBOX 3
""",
    "imap-90-audit-config": """
MailboxLogin Admin admin@corp.test in alice@corp.test
events: FolderBind Admin admin@corp.test in alice@corp.test INBOX
events: MailItemsAccessed Admin admin@corp.test in alice@corp.test INBOX 3
events: MailItemsAccessed Admin admin@corp.test in alice@corp.test INBOX 4
events: SearchQueryInitiated Admin admin@corp.test in alice@corp.test INBOX
MoveToDeletedItems Admin admin@corp.test in alice@corp.test INBOX 29 to Trash
HardDelete Admin admin@corp.test in alice@corp.test INBOX 27
HardDelete Admin admin@corp.test in alice@corp.test INBOX 30
""",
    "imap-91-doveadm-text": """
events: MailItemsAccessed Admin doveadm in alice@corp.test INBOX 31
events: UpdateInboxRules Admin doveadm in alice@corp.test
events: CreateFolder Admin doveadm in alice@corp.test
events: DeleteFolder Admin doveadm in alice@corp.test
events: Update Admin doveadm in alice@corp.test
""",
    "submit-badauth": "",
    "submit-internal": """
Send Owner alice@corp.test
""",
    "submit-mismatch-reject": """
SendAs Delegate bob@corp.test in alice@corp.test Failed
""",
    "submit-sendas": """
SendAs Delegate bob@corp.test in alice@corp.test
""",
    "submit-sharedbox": """
SendAs Delegate bob@corp.test in sales@corp.test
""",
    "exim-auth-sendas": """
SendAs Delegate bob@corp.test in alice@corp.test
""",
}
