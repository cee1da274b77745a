-- Rows anew, so that a page is found among many rows. What few rows of a block are taken of is compressed in small pieces:
-- a piece is read and unpacked as a whole. Filters of names cover one granule each, so that little is looked at in vain;
-- both kinds of recipient have one together: asked for one or the other, two filters together rule nothing out.
DROP TABLE IF EXISTS rows_made SYNC;
CREATE TABLE IF NOT EXISTS {on_table:rows_made} (
  received DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  trace_id FixedString(16) CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  leaf UInt32 CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  version UInt64 CODEC(Delta(8), ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  deleted UInt8 CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  last DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  sender String CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  recipient String CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  original_recipient String CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  subject String CODEC(ZSTD(1)),
  status LowCardinality(String) SETTINGS (min_compress_block_size = 8192),
  detail LowCardinality(String) SETTINGS (min_compress_block_size = 8192),
  outcome LowCardinality(String),
  direction LowCardinality(String),
  from_ip String CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  to_ip String CODEC(ZSTD(1)),
  to_host String CODEC(ZSTD(1)),
  size UInt64 CODEC(ZSTD(1)),
  message_id String CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  sasl_user String CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  hosts Array(LowCardinality(String)),
  queue_ids Array(String) CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  keys Array(String) CODEC(ZSTD(1)) SETTINGS (min_compress_block_size = 8192),
  body String CODEC(ZSTD(3)),
  INDEX rows_message_id message_id TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_queue_ids queue_ids TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_keys keys TYPE bloom_filter(0.005) GRANULARITY 8,
  INDEX rows_trace_id trace_id TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX rows_sender sender TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX rows_sender_domain splitByChar('@', sender)[-1] TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX rows_recipients [recipient, original_recipient] TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX rows_from_ip from_ip TYPE bloom_filter(0.005) GRANULARITY 1,
  INDEX rows_subject subject TYPE ngrambf_v1(4, 4096, 2, 0) GRANULARITY 8,
  INDEX rows_last last TYPE minmax GRANULARITY 8,
  INDEX rows_status status TYPE set(16) GRANULARITY 8,
  INDEX rows_detail detail TYPE set(32) GRANULARITY 8
) ENGINE = {engine:ReplacingMergeTree(version)} PARTITION BY toYYYYMM(received) ORDER BY (received, trace_id, leaf)
SETTINGS index_granularity = 256, old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
INSERT INTO rows_made SELECT * FROM rows SETTINGS max_execution_time = 0;
EXCHANGE TABLES rows AND rows_made;
DROP TABLE rows_made SYNC;

-- What was merged leaves the disk at once; what it was merged to is forced there first.
ALTER TABLE {on_table:facts} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
ALTER TABLE {on_table:audit} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
ALTER TABLE {on_table:acts} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
ALTER TABLE {on_table:acts_due} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
ALTER TABLE {on_table:items} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
ALTER TABLE {on_table:files} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
ALTER TABLE {on_table:imports} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
ALTER TABLE {on_table:presence} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
ALTER TABLE {on_table:losses} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
ALTER TABLE {on_table:audit_removed} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 1, cleanup_delay_period_random_add = 0,
  max_cleanup_delay_period = 2, min_rows_to_fsync_after_merge = 1, fsync_part_directory = 1;
