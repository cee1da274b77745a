-- Facts: immutable, in order of time. `key` is what correlation files a fact under ("" for none).
CREATE TABLE IF NOT EXISTS {on_table:facts} (
  ts DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  seq UInt64 CODEC(Delta(8), ZSTD(1)),
  host LowCardinality(String),
  program LowCardinality(String),
  pid UInt32 CODEC(ZSTD(1)),
  kind LowCardinality(String),
  key String CODEC(ZSTD(1)),
  source LowCardinality(String),
  raw String CODEC(ZSTD(1)),
  INDEX facts_key key TYPE bloom_filter(0.005) GRANULARITY 1
) ENGINE = {engine:MergeTree} PARTITION BY toYYYYMM(ts) ORDER BY (ts, seq)
SETTINGS old_parts_lifetime = 5;

-- Rows: one message x one final recipient. A journey computed anew replaces its rows by a higher version; a row that is
-- no more is replaced by one with deleted = 1. `body` is the row but for trace_id and keys; the columns beside it are what
-- can be asked for, texts in lower case (char(1) for one not known, char(2) in original_recipient for the same as recipient). Small granules: a page of a hundred rows is read from a hundred places.
CREATE TABLE IF NOT EXISTS {on_table:rows} (
  received DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  leaf UInt32 CODEC(ZSTD(1)),
  version UInt64 CODEC(Delta(8), ZSTD(1)),
  deleted UInt8 CODEC(ZSTD(1)),
  last DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  sender String CODEC(ZSTD(1)),
  recipient String CODEC(ZSTD(1)),
  original_recipient String CODEC(ZSTD(1)),
  subject String CODEC(ZSTD(1)),
  status LowCardinality(String),
  detail LowCardinality(String),
  outcome LowCardinality(String),
  direction LowCardinality(String),
  from_ip String CODEC(ZSTD(1)),
  to_ip String CODEC(ZSTD(1)),
  to_host String CODEC(ZSTD(1)),
  size UInt64 CODEC(ZSTD(1)),
  message_id String CODEC(ZSTD(1)),
  sasl_user String CODEC(ZSTD(1)),
  hosts Array(LowCardinality(String)),
  queue_ids Array(String) CODEC(ZSTD(1)),
  keys Array(String) CODEC(ZSTD(1)),
  body String CODEC(ZSTD(3)),
  INDEX rows_message_id message_id TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_queue_ids queue_ids TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_keys keys TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_trace_id trace_id TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_sender sender TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_sender_domain splitByChar('@', sender)[-1] TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_recipient recipient TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_original original_recipient TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_from_ip from_ip TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_subject subject TYPE ngrambf_v1(4, 4096, 2, 0) GRANULARITY 8,
  INDEX rows_last last TYPE minmax GRANULARITY 8,
  INDEX rows_status status TYPE set(16) GRANULARITY 8,
  INDEX rows_detail detail TYPE set(32) GRANULARITY 8
) ENGINE = {engine:ReplacingMergeTree(version)} PARTITION BY toYYYYMM(received) ORDER BY (received, trace_id, leaf)
SETTINGS index_granularity = 256, old_parts_lifetime = 5;

-- How far each file was read, and what was found in it.
CREATE TABLE IF NOT EXISTS {on_table:files} (
  path String,
  saved DateTime64(6, 'UTC'),
  state String
) ENGINE = {engine:ReplacingMergeTree(saved)} ORDER BY path;

-- Accounts of finished imports, as JSON.
CREATE TABLE IF NOT EXISTS {on_table:imports} (
  finished DateTime64(6, 'UTC'),
  account String CODEC(ZSTD(3))
) ENGINE = {engine:MergeTree} ORDER BY finished;
