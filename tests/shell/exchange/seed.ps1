Get-OrganizationConfig | Format-List AuditDisabled
Get-Mailbox -Identity "Gabriela Laureano" | Format-List DefaultAuditSet
Get-Mailbox -Identity "Marketing Group" -GroupMailbox | Format-List DefaultAuditSet
Get-Mailbox -Identity laura@contoso.onmicrosoft.com | Select-Object -ExpandProperty AuditOwner
Get-Mailbox -Identity laura@contoso.onmicrosoft.com | Select-Object -ExpandProperty AuditDelegate
Get-Mailbox -Identity laura@contoso.onmicrosoft.com | Select-Object -ExpandProperty AuditAdmin
Set-Mailbox -Identity "Gabriela Laureano" -AuditAdmin HardDelete,SoftDelete
Set-Mailbox -Identity laura@contoso.onmicrosoft.com -AuditOwner @{Add="MailboxLogin"}
Set-Mailbox -Identity "Team Discussion" -AuditDelegate @{Remove="MoveToDeletedItems"}
Set-Mailbox -Identity mark@contoso.onmicrosoft.com -DefaultAuditSet Owner
Set-Mailbox -Identity mark@contoso.onmicrosoft.com -DefaultAuditSet Admin,Delegate,Owner
Set-Mailbox -Identity chris@contoso.onmicrosoft.com -DefaultAuditSet Admin
Set-OrganizationConfig -AuditDisabled $true
Set-OrganizationConfig -AuditDisabled $false
Set-MailboxAuditBypassAssociation -Identity mark@contoso.onmicrosoft.com -AuditByPassEnabled $true
Get-MailboxAuditBypassAssociation -Identity mark@contoso.onmicrosoft.com | Format-List AuditByPassEnabled
Set-Mailbox -Identity laura@contoso.onmicrosoft.com -AuditEnabled $true
Get-MailboxFolderStatistics -Identity laura@contoso.onmicrosoft.com -FolderScope RecoverableItems | Where-Object {$_.Name -eq 'Audits'} | Format-List FolderPath,FolderSize,ItemsInFolder
