/*
 * The table of events, described from PostHog's published definitions
 * (github.com/PostHog/posthog: posthog/models/event/sql.py, posthog/clickhouse/property_groups.py and
 * posthog/clickhouse/events_json.py). Columns that no event of ours fills are left out. So are indexes, which change
 * times but no numbers, and replication.
 */

/**
 * How properties are stored. `text` is JSON text with a map of the properties beside it (a property group), which is
 * filled from the text. `json` is ClickHouse's JSON type.
 */
export type Storage = 'text' | 'json';

const PROPERTIES: Readonly<Record<Storage, string>> = {
  text: `properties String codec(ZSTD(3)),
    properties_group_custom Map(String, String) materialized mapSort(mapFilter((key, _) -> key not like '$%',
      cast(JSONExtractKeysAndValues(properties, 'String'), 'Map(String, String)'))) codec(ZSTD(1))`,
  json: 'properties JSON',
};

/** The engine removes a row whose sorting key is equal to another's when it merges parts, not before. */
export function createTable(name: string, storage: Storage): string {
  return `create table ${name} (
    uuid UUID,
    event String,
    ${PROPERTIES[storage]},
    timestamp DateTime64(6, 'UTC'),
    team_id Int64,
    distinct_id String,
    elements_chain String,
    created_at DateTime64(6, 'UTC'),
    person_id UUID,
    person_created_at DateTime64(3),
    person_properties String codec(ZSTD(3)),
    person_mode Enum8('full' = 0, 'propertyless' = 1, 'force_upgrade' = 2),
    _timestamp DateTime,
    _offset UInt64,
    inserted_at Nullable(DateTime64(6, 'UTC')) default now64()
  ) engine = ReplacingMergeTree(_timestamp)
  partition by toYYYYMM(timestamp)
  order by (team_id, toDate(timestamp), event, cityHash64(distinct_id), cityHash64(uuid))`;
}

/** The columns of a file of events, and how PostHog's ingestion fills the table from an event. */
export const FILE_COLUMNS = 'uuid UUID, event String, properties String, timestamp String, distinct_id String';
export const INSERTED =
  'uuid, event, properties, timestamp, team_id, distinct_id, created_at, person_id, person_mode, _timestamp';
export const FROM_FILE = `uuid, event, properties, parseDateTime64BestEffort(timestamp, 6, 'UTC'), 1, distinct_id,
  now64(), generateUUIDv4(), 'propertyless', now()`;
