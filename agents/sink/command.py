"""`khabar sink postgres`: the events in a PostgreSQL database, exactly once in effect."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

from aiokafka.errors import KafkaError

from agents import logs
from agents.broker import BrokerError, exit_code
from agents.config import SettingError, read_settings
from agents.sink.table import ddl
from agents.subscription.failure import UnusableError
from agents.subscription.termination import terminated
from schemas.escaping import visible

if TYPE_CHECKING:
    import argparse

    from agents.sink.follow import Sink

EX_OK, EX_USAGE, EX_TEMPFAIL, EX_CONFIG = 0, 64, 75, 78
DSN = "KHABAR_POSTGRES_DSN or, naming a file that holds it, KHABAR_POSTGRES_DSN_FILE"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of `khabar sink`."""
    sinks = parser.add_subparsers(dest="sink", metavar="SINK", required=True)
    text = "follow the events into PostgreSQL, until stopped"
    postgres = sinks.add_parser("postgres", help=text, description=f"{text[0].upper()}{text[1:]}. The database: {DSN}.")
    postgres.add_argument("--broker", help="kafka://HOST:PORT or sqlite:///FILE.db (default: setting broker)")
    postgres.add_argument("--schema", default="khabar", metavar="NAME", help="the schema of the tables (%(default)s)")
    postgres.add_argument("--group", default="sink", metavar="NAME", help="the name of the place kept (%(default)s)")
    postgres.add_argument("--create", action="store_true", help="make what is missing of the tables first")
    postgres.add_argument("--anew", action="store_true", help="read the topic from its beginning; rows stay")
    postgres.add_argument("--no-follow", action="store_true", help="stop at the end of the topic")
    postgres.add_argument(
        "--patience",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how long to try while database or broker are away (%(default)s)",
    )
    postgres.add_argument("--ddl", action="store_true", help="print the statements of --create, and do nothing else")


def run(args: argparse.Namespace) -> int:
    """Run `khabar sink postgres`."""
    try:
        if args.ddl:
            sys.stdout.write(ddl(args.schema))
            return EX_OK
        return _postgres(args)
    except (SettingError, UnusableError) as error:
        return _complain(error, EX_CONFIG)
    except BrokerError as error:
        return _complain(error, exit_code(error, EX_TEMPFAIL))
    except (KafkaError, OSError) as error:
        return _complain(error, EX_TEMPFAIL)
    except ValueError as error:
        return _complain(error, EX_USAGE)


def _postgres(args: argparse.Namespace) -> int:
    settings = read_settings(broker=args.broker)
    if not settings.postgres_dsn:
        raise SettingError(f"postgres_dsn is not set: {DSN}")
    try:
        import psycopg  # noqa: F401 - asked for here, so that the message is ours
    except ImportError as error:
        raise UnusableError(
            f"the sink needs psycopg and libpq: pip install 'khabar-pipeline[postgres]' ({error})"
        ) from None
    from agents.sink.database import Database, GoneError, UnfitError
    from agents.sink.follow import TOPIC, Sink

    logs.set_up(settings)
    try:
        database = Database(settings.postgres_dsn, schema=args.schema, group=args.group, topic=TOPIC)
        sink = Sink(settings, database, follow=not args.no_follow, patience=args.patience)
        return asyncio.run(_until_stopped(sink, create=args.create, anew=args.anew))
    except GoneError as error:
        return _complain(error, EX_TEMPFAIL)
    except UnfitError as error:
        return _complain(error, EX_CONFIG)


async def _until_stopped(sink: Sink, *, create: bool, anew: bool) -> int:
    """Run until the end, or SIGTERM: what is not committed then is read again by the next run."""
    await terminated(sink.run(create=create, anew=anew))
    return EX_OK


def _complain(error: Exception, code: int) -> int:
    print(f"khabar sink: {visible(str(error))}", file=sys.stderr)
    return code
