-- The tables of `khabar sink postgres`, as its option --ddl prints them and --create makes them.
-- They want a database in UTF8. Columns of your own may be added, if they may be null or have a default.

CREATE SCHEMA IF NOT EXISTS khabar;

CREATE TABLE IF NOT EXISTS khabar.event (
    event_id text NOT NULL,
    revision bigint NOT NULL,
    status text NOT NULL,
    merged_into text,
    event_type text NOT NULL,
    event_mode text,
    quad_class bigint,
    intensity double precision,
    actor_countries text[],
    recipient_countries text[],
    actors jsonb,
    recipients jsonb,
    event_date_start date,
    event_date_end date,
    event_date_precision text,
    event_date_basis text,
    event_location_name text,
    event_location_geonameid bigint,
    event_location_lat double precision,
    event_location_lon double precision,
    event_location_country text,
    event_location_precision text,
    event_location_basis text,
    languages text[],
    num_mentions bigint,
    num_articles bigint,
    num_sources bigint,
    first_seen timestamp with time zone,
    last_seen timestamp with time zone,
    confidence double precision,
    evidence text,
    evidence_language text,
    evidence_source text,
    evidence_url text,
    mention_ids text[],
    headline_mentions jsonb,
    record jsonb NOT NULL,
    written_at timestamp with time zone NOT NULL DEFAULT now(),
    PRIMARY KEY (event_id)
);

CREATE INDEX IF NOT EXISTS event_last_seen ON khabar.event (last_seen);
CREATE INDEX IF NOT EXISTS event_date ON khabar.event (event_date_start);
CREATE INDEX IF NOT EXISTS event_actor_countries ON khabar.event USING gin (actor_countries);
CREATE INDEX IF NOT EXISTS event_recipient_countries ON khabar.event USING gin (recipient_countries);

-- Up to where the topic has been taken in, changed in the transaction that changes the rows. taken_at: broker's time.
CREATE TABLE IF NOT EXISTS khabar.place (
    sink_group text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    PRIMARY KEY (sink_group, topic, partition)
);

-- The best evidence of every event, one row a language.
CREATE OR REPLACE VIEW khabar.evidence AS
SELECT event.event_id, event.status, told.*
FROM khabar.event, jsonb_to_recordset(event.headline_mentions) AS told(
    language text, mention_id text, article_id text, evidence text, source text, url text, confidence double precision
);

-- Who acts and who is acted on, one row a party.
CREATE OR REPLACE VIEW khabar.party AS
SELECT event.event_id, event.status, parties.role, who.*
FROM khabar.event,
    (VALUES ('actor'), ('recipient')) AS parties(role),
    jsonb_to_recordset(CASE parties.role WHEN 'actor' THEN event.actors ELSE event.recipients END) AS who(
        text text, person text, person_key text, office text, organisation text, sector text, country text,
        country_basis text
    );
