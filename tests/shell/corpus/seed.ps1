Get-OrganizationConfig | Format-List AuditDisabled
Get-Mailbox -Identity <MailboxIdentity> | Format-List DefaultAuditSet
Get-Mailbox -Identity <GroupIdentity> -GroupMailbox | Format-List DefaultAuditSet
Get-Mailbox -Identity <MailboxIdentity> | Select-Object -ExpandProperty AuditOwner
Get-Mailbox -Identity <MailboxIdentity> | Select-Object -ExpandProperty AuditDelegate
Get-Mailbox -Identity <MailboxIdentity> | Select-Object -ExpandProperty AuditAdmin
Set-Mailbox -Identity "Gabriela Laureano" -AuditAdmin HardDelete,SoftDelete
Set-Mailbox -Identity laura@contoso.onmicrosoft.com -AuditOwner @{Add="MailboxLogin"}
Set-Mailbox -Identity "Team Discussion" -AuditDelegate @{Remove="MoveToDeletedItems"}
Set-Mailbox -Identity <MailboxIdentity> -DefaultAuditSet Admin
Set-Mailbox -Identity mark@contoso.onmicrosoft.com -DefaultAuditSet Admin,Delegate,Owner
Set-Mailbox -Identity chris@contoso.onmicrosoft.com -DefaultAuditSet Admin
Set-OrganizationConfig -AuditDisabled $true
Set-OrganizationConfig -AuditDisabled $false
Set-MailboxAuditBypassAssociation -Identity <MailboxIdentity> -AuditByPassEnabled $true
Get-MailboxAuditBypassAssociation -Identity <MailboxIdentity> | Format-List AuditByPassEnabled
Set-Mailbox -Identity <MailboxIdentity> -AuditEnabled $true
Get-MailboxFolderStatistics -Identity <MailboxIdentity> -FolderScope RecoverableItems | Where-Object {$_.Name -eq 'Audits'} | Format-List FolderPath,FolderSize,ItemsInFolder
