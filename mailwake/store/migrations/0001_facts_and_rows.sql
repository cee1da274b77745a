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
  raw String CODEC(ZSTD(6)),
  INDEX facts_key key TYPE bloom_filter(0.005) GRANULARITY 1
) ENGINE = {engine:MergeTree} PARTITION BY toYYYYMM(ts) ORDER BY (ts, seq);

-- Rows: one message x one final recipient. A journey computed anew replaces its rows by a higher version; a row that is
-- no more is replaced by one with deleted = 1.
CREATE TABLE IF NOT EXISTS {on_table:rows} (
  received DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  trace_id FixedString(16) CODEC(ZSTD(1)),
  leaf UInt16 CODEC(ZSTD(1)),
  version UInt64 CODEC(Delta(8), ZSTD(1)),
  deleted UInt8 CODEC(ZSTD(1)),
  sender Nullable(String) CODEC(ZSTD(1)),
  recipient Nullable(String) CODEC(ZSTD(1)),
  original_recipient Nullable(String) CODEC(ZSTD(1)),
  sender_key String ALIAS lower(ifNull(sender, '')),
  recipient_key String ALIAS lower(ifNull(recipient, '')),
  original_key String ALIAS lower(ifNull(original_recipient, '')),
  subject Nullable(String) CODEC(ZSTD(1)),
  status LowCardinality(String),
  detail LowCardinality(String),
  outcome LowCardinality(String),
  direction LowCardinality(String),
  from_ip String CODEC(ZSTD(1)),
  from_host String CODEC(ZSTD(1)),
  to_ip String CODEC(ZSTD(1)),
  to_host String CODEC(ZSTD(1)),
  size UInt64 CODEC(ZSTD(1)),
  message_id String CODEC(ZSTD(1)),
  sasl_user String CODEC(ZSTD(1)),
  folder LowCardinality(String),
  reason String CODEC(ZSTD(3)),
  dsn LowCardinality(String),
  verdict String CODEC(ZSTD(1)),
  attempts UInt32 CODEC(ZSTD(1)),
  last DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  hosts Array(LowCardinality(String)),
  queue_ids Array(String) CODEC(ZSTD(1)),
  keys Array(String) CODEC(ZSTD(1)),
  parent_id String CODEC(ZSTD(1)),
  relation LowCardinality(String),
  grade LowCardinality(String),
  remark LowCardinality(String),
  INDEX rows_message_id message_id TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX rows_queue_ids queue_ids TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX rows_keys keys TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX rows_sender lower(ifNull(sender, '')) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX rows_sender_domain splitByChar('@', lower(ifNull(sender, '')))[-1] TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX rows_recipient lower(ifNull(recipient, '')) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX rows_original lower(ifNull(original_recipient, '')) TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX rows_from_ip from_ip TYPE bloom_filter(0.01) GRANULARITY 1,
  INDEX rows_status status TYPE set(16) GRANULARITY 1,
  INDEX rows_detail detail TYPE set(32) GRANULARITY 1
) ENGINE = {engine:ReplacingMergeTree(version)} PARTITION BY toYYYYMM(received) ORDER BY (received, trace_id, leaf);

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
