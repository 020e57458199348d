"""The tables of the PostgreSQL sink: how they are made, and the statements that fill them."""

from __future__ import annotations

import re

from pipeline.export.columns import Kind, columns
from schemas.event import Event

TYPES: dict[Kind, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "double precision",
    "date": "date",
    "time": "timestamp with time zone",
    "codes": "text[]",
    "json": "jsonb",
}
SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}", re.ASCII)
# Columns beside those of every export: the whole record, and when the row was written.
OWN = {"record": "jsonb", "written_at": "timestamp with time zone"}
NEVER_NULL = frozenset({"event_id", "revision", "status", "event_type"})
PLACE = {
    "sink_group": "text",
    "topic": "text",
    "partition": "integer",
    "next_offset": "bigint",
    "taken_at": "timestamp with time zone",
}

HEAD = """-- The tables of `khabar sink postgres`, as its option --ddl prints them and --create makes them.
-- They want a database in UTF8. Columns of your own may be added, if they may be null or have a default.

"""
_REST = """
CREATE INDEX IF NOT EXISTS event_last_seen ON {schema}.event (last_seen);
CREATE INDEX IF NOT EXISTS event_date ON {schema}.event (event_date_start);
CREATE INDEX IF NOT EXISTS event_actor_countries ON {schema}.event USING gin (actor_countries);
CREATE INDEX IF NOT EXISTS event_recipient_countries ON {schema}.event USING gin (recipient_countries);

-- Up to where the topic has been taken in, changed in the transaction that changes the rows. taken_at: broker's time.
CREATE TABLE IF NOT EXISTS {schema}.place (
    sink_group text NOT NULL,
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    taken_at timestamp with time zone NOT NULL,
    PRIMARY KEY (sink_group, topic, partition)
);

-- The best evidence of every event, one row a language.
CREATE OR REPLACE VIEW {schema}.evidence AS
SELECT event.event_id, event.status, told.*
FROM {schema}.event, jsonb_to_recordset(event.headline_mentions) AS told(
    language text, mention_id text, article_id text, evidence text, source text, url text, confidence double precision
);

-- Who acts and who is acted on, one row a party.
CREATE OR REPLACE VIEW {schema}.party AS
SELECT event.event_id, event.status, parties.role, who.*
FROM {schema}.event,
    (VALUES ('actor'), ('recipient')) AS parties(role),
    jsonb_to_recordset(CASE parties.role WHEN 'actor' THEN event.actors ELSE event.recipients END) AS who(
        text text, person text, person_key text, office text, organisation text, sector text, country text,
        country_basis text
    );
"""


def event_columns() -> dict[str, str]:
    """Give the columns of the table of events with their types, in order."""
    return {column.name: TYPES[column.kind] for column in columns(Event)} | OWN


def ddl(schema: str) -> str:
    """Give the statements that make what is missing of the tables.

    Raises:
        ValueError: the schema's name would have to be quoted.
    """
    if not SCHEMA_NAME.fullmatch(schema):
        raise ValueError(f"{schema!r} is no name of a schema: lower-case letters, digits and underscore")
    lines = [f"    {name} {kind}{_constraint(name)}," for name, kind in event_columns().items()]
    table = "\n".join([f"CREATE TABLE IF NOT EXISTS {schema}.event (", *lines, "    PRIMARY KEY (event_id)", ");"])
    return f"{HEAD}CREATE SCHEMA IF NOT EXISTS {schema};\n\n{table}\n{_REST.format(schema=schema)}"


def _constraint(name: str) -> str:
    if name in OWN:
        return " NOT NULL DEFAULT now()" if name == "written_at" else " NOT NULL"
    return " NOT NULL" if name in NEVER_NULL else ""


def upsert(schema: str) -> str:
    """Give the statement that writes one event, unless the row is of the same revision or a later one."""
    names = [name for name in event_columns() if name != "written_at"]
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name != "event_id")
    return (
        f"INSERT INTO {schema}.event AS held ({', '.join(names)}) VALUES ({', '.join(['%s'] * len(names))}) "  # noqa: S608 - names of ours alone
        f"ON CONFLICT (event_id) DO UPDATE SET {changes}, written_at = now() WHERE held.revision < excluded.revision"
    )
