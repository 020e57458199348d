-- The events of news.events in ClickHouse: a queue that reads the topic, and a table that keeps the last revision.
--
-- Delivery by the queue is at least once; the table replaces rows of one event_id by the one of the highest revision
-- when it merges parts, so ask it with FINAL:
--
--   SELECT event_id, event_type, actors.country FROM khabar.event FINAL WHERE status = 'active' AND has(languages, 'ur');
--
-- Set kafka_broker_list; passwords and TLS belong into the server's configuration (<kafka>), not in here.

CREATE DATABASE IF NOT EXISTS khabar;

CREATE TABLE IF NOT EXISTS khabar.event_queue
(
    record String
)
ENGINE = Kafka
SETTINGS
    kafka_broker_list = 'localhost:9092',
    kafka_topic_list = 'news.events',
    kafka_group_name = 'clickhouse',
    -- The whole record, so that fields of later minor versions are kept, too.
    kafka_format = 'JSONAsString',
    -- What is no JSON goes to khabar.event_error and stops nothing.
    kafka_handle_error_mode = 'stream',
    kafka_num_consumers = 1;

CREATE TABLE IF NOT EXISTS khabar.event
(
    schema LowCardinality(String),
    event_id String,
    revision UInt64,
    status LowCardinality(String),
    merged_into Nullable(String),
    event_type LowCardinality(String),
    event_mode LowCardinality(Nullable(String)),
    actors Array(Tuple(text String, start UInt32, end UInt32, person Nullable(String), person_key Nullable(String), office Nullable(String), organisation Nullable(String), sector Nullable(String), country Nullable(String), country_basis Nullable(String))),
    recipients Array(Tuple(text String, start UInt32, end UInt32, person Nullable(String), person_key Nullable(String), office Nullable(String), organisation Nullable(String), sector Nullable(String), country Nullable(String), country_basis Nullable(String))),
    event_date_start Nullable(Date32),
    event_date_end Nullable(Date32),
    event_date_precision LowCardinality(Nullable(String)),
    event_date_basis LowCardinality(Nullable(String)),
    event_date_text Nullable(String),
    event_location_name Nullable(String),
    event_location_geonameid Nullable(UInt64),
    event_location_lat Nullable(Float64),
    event_location_lon Nullable(Float64),
    event_location_country LowCardinality(Nullable(String)),
    event_location_precision LowCardinality(Nullable(String)),
    event_location_basis LowCardinality(Nullable(String)),
    languages Array(LowCardinality(String)),
    num_mentions UInt32,
    num_articles UInt32,
    num_sources UInt32,
    first_seen Nullable(DateTime64(3, 'UTC')),
    last_seen Nullable(DateTime64(3, 'UTC')),
    mention_ids Array(String),
    headline_mentions Array(Tuple(language String, mention_id String, article_id String, evidence String, source Nullable(String), url Nullable(String), confidence Float64)),
    confidence Float64,
    -- The record as it was on the topic.
    record String CODEC(ZSTD)
)
ENGINE = ReplacingMergeTree(revision)
ORDER BY event_id;

CREATE MATERIALIZED VIEW IF NOT EXISTS khabar.event_taken TO khabar.event AS
SELECT
    JSONExtract(record, 'schema', 'String') AS schema,
    JSONExtract(record, 'event_id', 'String') AS event_id,
    JSONExtract(record, 'revision', 'UInt64') AS revision,
    ifNull(JSONExtract(record, 'status', 'Nullable(String)'), 'active') AS status,
    JSONExtract(record, 'merged_into', 'Nullable(String)') AS merged_into,
    JSONExtract(record, 'event_type', 'String') AS event_type,
    JSONExtract(record, 'event_mode', 'Nullable(String)') AS event_mode,
    JSONExtract(record, 'actors', 'Array(Tuple(text String, start UInt32, end UInt32, person Nullable(String), person_key Nullable(String), office Nullable(String), organisation Nullable(String), sector Nullable(String), country Nullable(String), country_basis Nullable(String)))') AS actors,
    JSONExtract(record, 'recipients', 'Array(Tuple(text String, start UInt32, end UInt32, person Nullable(String), person_key Nullable(String), office Nullable(String), organisation Nullable(String), sector Nullable(String), country Nullable(String), country_basis Nullable(String)))') AS recipients,
    toDate32OrNull(JSONExtract(record, 'event_date', 'start', 'Nullable(String)')) AS event_date_start,
    toDate32OrNull(JSONExtract(record, 'event_date', 'end', 'Nullable(String)')) AS event_date_end,
    JSONExtract(record, 'event_date', 'precision', 'Nullable(String)') AS event_date_precision,
    JSONExtract(record, 'event_date', 'basis', 'Nullable(String)') AS event_date_basis,
    JSONExtract(record, 'event_date', 'text', 'Nullable(String)') AS event_date_text,
    JSONExtract(record, 'event_location', 'name', 'Nullable(String)') AS event_location_name,
    JSONExtract(record, 'event_location', 'geonameid', 'Nullable(UInt64)') AS event_location_geonameid,
    JSONExtract(record, 'event_location', 'lat', 'Nullable(Float64)') AS event_location_lat,
    JSONExtract(record, 'event_location', 'lon', 'Nullable(Float64)') AS event_location_lon,
    JSONExtract(record, 'event_location', 'country', 'Nullable(String)') AS event_location_country,
    JSONExtract(record, 'event_location', 'precision', 'Nullable(String)') AS event_location_precision,
    JSONExtract(record, 'event_location', 'basis', 'Nullable(String)') AS event_location_basis,
    JSONExtract(record, 'languages', 'Array(String)') AS languages,
    JSONExtract(record, 'num_mentions', 'UInt32') AS num_mentions,
    JSONExtract(record, 'num_articles', 'UInt32') AS num_articles,
    JSONExtract(record, 'num_sources', 'UInt32') AS num_sources,
    parseDateTime64BestEffortOrNull(JSONExtract(record, 'first_seen', 'Nullable(String)'), 3, 'UTC') AS first_seen,
    parseDateTime64BestEffortOrNull(JSONExtract(record, 'last_seen', 'Nullable(String)'), 3, 'UTC') AS last_seen,
    JSONExtract(record, 'mention_ids', 'Array(String)') AS mention_ids,
    JSONExtract(record, 'headline_mentions', 'Array(Tuple(language String, mention_id String, article_id String, evidence String, source Nullable(String), url Nullable(String), confidence Float64))') AS headline_mentions,
    JSONExtract(record, 'confidence', 'Float64') AS confidence,
    record
FROM khabar.event_queue
WHERE length(_error) = 0 AND event_id != '' AND startsWith(schema, 'event/1.');

CREATE TABLE IF NOT EXISTS khabar.event_error
(
    partition UInt64,
    offset UInt64,
    taken_at DateTime,
    error String,
    message String CODEC(ZSTD)
)
ENGINE = MergeTree
ORDER BY (partition, offset)
TTL taken_at + INTERVAL 30 DAY;

CREATE MATERIALIZED VIEW IF NOT EXISTS khabar.event_refused TO khabar.event_error AS
SELECT
    _partition AS partition,
    _offset AS offset,
    now() AS taken_at,
    if(length(_error) > 0, _error, 'no event/1') AS error,
    if(length(_error) > 0, _raw_message, record) AS message
FROM khabar.event_queue
WHERE length(_error) > 0 OR JSONExtract(record, 'event_id', 'String') = '' OR NOT startsWith(JSONExtract(record, 'schema', 'String'), 'event/1.');
