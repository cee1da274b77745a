-- When each host logged: its first and last record of every ten minutes; and what the logs say of their own losses. Kept
-- beside the facts as these come in, so that every question can be told cheaply what its answer may lack.
CREATE TABLE IF NOT EXISTS {on_table:presence} (
  host LowCardinality(String),
  slot DateTime('UTC') CODEC(Delta(4), ZSTD(1)),
  first SimpleAggregateFunction(min, Int64) CODEC(ZSTD(1)),
  last SimpleAggregateFunction(max, Int64) CODEC(ZSTD(1))
) ENGINE = {engine:AggregatingMergeTree} PARTITION BY toYYYYMM(slot) ORDER BY (slot, host)
SETTINGS old_parts_lifetime = 5;

CREATE TABLE IF NOT EXISTS {on_table:losses} (
  ts DateTime64(6, 'UTC') CODEC(Delta(8), ZSTD(1)),
  host LowCardinality(String),
  program LowCardinality(String),
  raw String CODEC(ZSTD(1))
) ENGINE = {engine:ReplacingMergeTree} ORDER BY (ts, host, program, raw)
SETTINGS old_parts_lifetime = 5;

INSERT INTO presence SELECT host, toStartOfTenMinutes(ts) AS slot, toUnixTimestamp64Micro(min(ts)), toUnixTimestamp64Micro(max(ts))
  FROM facts WHERE ts > 0 GROUP BY host, slot;
INSERT INTO losses SELECT ts, host, program, raw FROM facts WHERE kind = 'loss';

CREATE MATERIALIZED VIEW IF NOT EXISTS {on_table:presence_of_facts} TO presence AS
  SELECT host, toStartOfTenMinutes(ts) AS slot, toUnixTimestamp64Micro(min(ts)) AS first, toUnixTimestamp64Micro(max(ts)) AS last
  FROM facts WHERE ts > 0 GROUP BY host, slot;
CREATE MATERIALIZED VIEW IF NOT EXISTS {on_table:losses_of_facts} TO losses AS
  SELECT ts, host, program, raw FROM facts WHERE kind = 'loss';
