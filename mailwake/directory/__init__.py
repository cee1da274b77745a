"""The directory: organization, domains, mailboxes, permissions, audit settings with their history, role groups.

Relational, through Django's ORM, on SQLite in the data directory or on PostgreSQL. Others use `opening.open_directory`
and the `Directory` that it gives, with the plain records of `records`; models stay in here.
"""
