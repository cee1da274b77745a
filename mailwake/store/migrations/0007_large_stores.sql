-- An IPv6 address is written in many ways, so no index of texts finds it: all rows were looked through. This one is of what
-- is written. There are few such addresses among those of IPv4, which all are one value here.
SYSTEM START MERGES {on_table:rows};
ALTER TABLE {on_table:rows} ADD INDEX rows_from_ip6 toIPv6OrDefault(if(position(from_ip, ':') > 0, from_ip, '::'))
  TYPE bloom_filter(0.005) GRANULARITY 1;
ALTER TABLE {on_table:rows} MATERIALIZE INDEX rows_from_ip6 SETTINGS mutations_sync = 2, max_execution_time = 0;
SYSTEM STOP MERGES {on_table:rows};
-- Pieces of more than 256 MiB are not joined any more (but where a partition is joined at once): joining a hundred of them takes
-- minutes and two GiB of memory. As many hold a month of 250 million lines.
ALTER TABLE {on_table:rows} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 268435456;
ALTER TABLE {on_table:facts} MODIFY SETTING max_bytes_to_merge_at_max_space_in_pool = 268435456;
