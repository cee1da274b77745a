"""Microsoft 365: audit records as its exports give them.

- the unified audit log: records of the Office 365 Management Activity API (schema "Common schema"), alone or within the
  rows of a Purview export or of Search-UnifiedAuditLog (column AuditData);
- the mailbox audit log: SearchResult.xml of New-MailboxAuditLogSearch, and rows of Search-MailboxAuditLog -ShowDetails.
"""

from mailwake.sources.m365.source import Microsoft365

SOURCE = Microsoft365()
