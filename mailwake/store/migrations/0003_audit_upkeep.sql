-- Whose mailbox an act was in, lower case: coverage asks which servers a mailbox is on. What is there is made anew by the
-- next import.
ALTER TABLE {on_table:acts} ADD COLUMN IF NOT EXISTS mailbox String CODEC(ZSTD(1)) AFTER account;
INSERT INTO acts_due SELECT DISTINCT key FROM acts;

-- Until when the records of a mailbox (lower case) were removed for their age or number: they do not come back when acts
-- are made anew.
CREATE TABLE IF NOT EXISTS {on_table:audit_removed} (
  mailbox String,
  before DateTime64(6, 'UTC')
) ENGINE = {engine:ReplacingMergeTree(before)} ORDER BY mailbox;
