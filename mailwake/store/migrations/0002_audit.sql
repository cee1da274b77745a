-- Audit records. In the order of mailboxes: the question asked most is about one, and retention deletes by mailbox. Names
-- are in lower case, Message-IDs without angle brackets. A record made anew replaces the one of the same place by a higher
-- version; one that is no more is replaced by one with deleted = 1. `body` is all that has no column.
CREATE TABLE IF NOT EXISTS {on_table:audit} (
  ts DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  id FixedString(16) CODEC(ZSTD(1)),
  version UInt64 CODEC(Delta(8), ZSTD(1)),
  deleted UInt8 CODEC(ZSTD(1)),
  mailbox String CODEC(ZSTD(1)),
  actor String CODEC(ZSTD(1)),
  action LowCardinality(String),
  logon_type LowCardinality(String),
  result LowCardinality(String),
  folder String CODEC(ZSTD(1)),
  client_ip String CODEC(ZSTD(1)),
  session String CODEC(ZSTD(1)),
  host LowCardinality(String),
  record_type UInt16 CODEC(ZSTD(1)),
  rule LowCardinality(String),
  origin LowCardinality(String),
  searchable UInt8 CODEC(ZSTD(1)),
  message_ids Array(String) CODEC(ZSTD(1)),
  item_keys Array(String) CODEC(ZSTD(1)),
  keys Array(String) CODEC(ZSTD(1)),
  body String CODEC(ZSTD(3)),
  INDEX audit_id id TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX audit_ts ts TYPE minmax GRANULARITY 1,
  INDEX audit_actor actor TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX audit_action action TYPE set(64) GRANULARITY 1,
  INDEX audit_client_ip client_ip TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX audit_message_ids message_ids TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX audit_item_keys item_keys TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX audit_keys keys TYPE bloom_filter(0.005) GRANULARITY 1
) ENGINE = {engine:ReplacingMergeTree(version)} PARTITION BY toYYYYMM(ts) ORDER BY (mailbox, ts, id)
SETTINGS index_granularity = 1024, old_parts_lifetime = 5;

-- Every act, by the key of the facts behind it: what was made of these facts before. Of one that the policy did not ask
-- for there is no content, only what is counted. `record_*` is the record that an act is part of; `cohort` names acts that
-- can become one record with those of other keys, and `body` is there for these.
CREATE TABLE IF NOT EXISTS {on_table:acts} (
  key String CODEC(ZSTD(1)),
  ts DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  id FixedString(16) CODEC(ZSTD(1)),
  version UInt64 CODEC(Delta(8), ZSTD(1)),
  deleted UInt8 CODEC(ZSTD(1)),
  recorded UInt8 CODEC(ZSTD(1)),
  state LowCardinality(String),
  rule LowCardinality(String),
  host LowCardinality(String),
  action LowCardinality(String),
  account String CODEC(ZSTD(1)),
  cohort String CODEC(ZSTD(1)),
  record_mailbox String CODEC(ZSTD(1)),
  record_ts DateTime64(6, 'UTC') CODEC(ZSTD(1)),
  record_id FixedString(16) CODEC(ZSTD(1)),
  body String CODEC(ZSTD(3)),
  INDEX acts_cohort cohort TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX acts_ts ts TYPE minmax GRANULARITY 1
) ENGINE = {engine:ReplacingMergeTree(version)} PARTITION BY toYYYYMM(ts) ORDER BY (key, ts, id)
SETTINGS index_granularity = 1024, old_parts_lifetime = 5;

-- Keys of facts from which acts are still to be made: written before the facts, so that a crash loses nothing.
CREATE TABLE IF NOT EXISTS {on_table:acts_due} (
  key String
) ENGINE = {engine:ReplacingMergeTree} ORDER BY key;

-- What a UID of a folder was called in the log (uid 0: the folder was made, renamed or deleted then).
CREATE TABLE IF NOT EXISTS {on_table:items} (
  mailbox String CODEC(ZSTD(1)),
  folder String CODEC(ZSTD(1)),
  uid UInt64 CODEC(ZSTD(1)),
  ts DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  action LowCardinality(String),
  message_id String CODEC(ZSTD(1)),
  subject Nullable(String) CODEC(ZSTD(1)),
  sender String CODEC(ZSTD(1)),
  size UInt64 CODEC(ZSTD(1)),
  validity UInt64 CODEC(ZSTD(1)),
  from_folder String CODEC(ZSTD(1)),
  INDEX items_message_id message_id TYPE bloom_filter(0.005) GRANULARITY 1
) ENGINE = {engine:ReplacingMergeTree} ORDER BY (mailbox, folder, uid, ts, action, message_id, validity)
SETTINGS index_granularity = 1024, old_parts_lifetime = 5;
