"""The formats of an export: JSON Lines, CSV, GeoJSON and Parquet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from agents.subscription.failure import UnusableError
from pipeline.export import delimited, geojson
from pipeline.export.columns import Kind, columns, row
from schemas.codec import encode

if TYPE_CHECKING:
    from collections.abc import Iterable

BATCH = 10_000


@dataclass(slots=True)
class Counts:
    """Records written, and those left out because they are nowhere on a map."""

    written: int = 0
    unplaced: int = 0


def write_jsonl(records: Iterable[Any], kind: type, file: BinaryIO) -> Counts:
    """Write whole records, one a line."""
    del kind
    counts = Counts()
    for record in records:
        file.write(encode(record) + b"\n")
        counts.written += 1
    return counts


def write_csv(records: Iterable[Any], kind: type, file: BinaryIO) -> Counts:
    """Write flat rows for programs."""
    return _delimited(records, kind, file, spreadsheet=False)


def write_spreadsheet(records: Iterable[Any], kind: type, file: BinaryIO) -> Counts:
    """Write flat rows for a spreadsheet program: with a byte order mark, and no text that is taken for a formula."""
    file.write(delimited.BOM.encode())
    return _delimited(records, kind, file, spreadsheet=True)


def _delimited(records: Iterable[Any], kind: type, file: BinaryIO, *, spreadsheet: bool) -> Counts:
    counts = Counts()
    file.write(delimited.header(columns(kind)).encode())
    for record in records:
        file.write(delimited.line(row(record), spreadsheet=spreadsheet).encode())
        counts.written += 1
    return counts


def write_geojson(records: Iterable[Any], kind: type, file: BinaryIO) -> Counts:
    """Write points; what has no coordinates is left out and counted."""
    del kind
    counts = Counts()
    file.write(geojson.START)
    for record in records:
        feature = geojson.feature(record)
        if feature is None:
            counts.unplaced += 1
            continue
        file.write((geojson.BETWEEN if counts.written else b"") + feature)
        counts.written += 1
    file.write(geojson.END)
    return counts


def write_parquet(records: Iterable[Any], kind: type, file: BinaryIO) -> Counts:
    """Write flat rows with their types.

    Raises:
        UnusableError: pyarrow is not installed.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise UnusableError("parquet needs pyarrow: pip install 'khabar-pipeline[export]'") from None
    schema = pa.schema([(column.name, _arrow_type(pa, column.kind)) for column in columns(kind)])
    counts = Counts()
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for rows in _batches(records):
            cells = [list(column) for column in zip(*rows, strict=True)]
            arrays = [pa.array(column, field.type) for column, field in zip(cells, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            counts.written += len(rows)
    return counts


def _arrow_type(arrow: Any, kind: Kind) -> Any:
    return {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "date": arrow.date32(),
        "time": arrow.timestamp("us", tz="UTC"),
        "codes": arrow.list_(arrow.string()),
        "json": arrow.string(),
    }[kind]


def _batches(records: Iterable[Any]) -> Iterable[list[tuple[Any, ...]]]:
    batch: list[tuple[Any, ...]] = []
    for record in records:
        batch.append(row(record))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


Writer = Callable[["Iterable[Any]", type, BinaryIO], Counts]
WRITERS: dict[str, Writer] = {
    "jsonl": write_jsonl,
    "csv": write_csv,
    "parquet": write_parquet,
    "geojson": write_geojson,
}
