"""Reading lists of mailboxes: exports of Exchange, tables of one's own, Dovecot's user lists."""
