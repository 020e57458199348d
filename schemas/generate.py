"""Write what is made from the records and topics: JSON Schemas, the AsyncAPI document, the pages of the topics.

`python -m schemas.generate` writes the files; with `--check` it only names those that are stale.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from schemas.asyncapi import document, to_yaml
from schemas.json_schema import json_schema
from schemas.pages import page
from schemas.records import RECORDS
from schemas.tables import topic_table
from schemas.topics import topics

ROOT = Path(__file__).resolve().parent.parent
DOC = "docs/schemas.md"
START = "<!-- made by python -m schemas.generate -->\n"
STALE = 1


def outputs(root: Path = ROOT) -> dict[Path, str]:
    """Give the path and the text of every generated file."""
    made = {root / "schemas" / "json" / f"{name}.v1.schema.json": _json(name) for name in sorted(RECORDS)}
    made[root / "schemas" / "asyncapi.yaml"] = "# made by python -m schemas.generate\n" + to_yaml(document())
    made |= {root / "docs" / "topics" / f"{name}.md": page(spec) for name, spec in topics().items()}
    doc = root / DOC
    if doc.is_file():
        written_by_hand = doc.read_text(encoding="utf-8").partition(START)[0]
        made[doc] = f"{written_by_hand}{START}\n{topic_table()}"
    return made


def stale(root: Path = ROOT) -> list[Path]:
    """Name the generated files that are missing or not what they should be, and those of no record or topic."""
    made = outputs(root)
    wrong = [path for path, text in made.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    found = [*sorted((root / "schemas" / "json").glob("*")), *sorted((root / "docs" / "topics").glob("*"))]
    return wrong + [path for path in found if path not in made]


def main(argv: list[str] | None = None) -> int:
    """Write the files, or check them; the process exit code is returned."""
    parser = argparse.ArgumentParser(prog="python -m schemas.generate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing, exit 1 where a file is stale")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout (default: this one)")
    args = parser.parse_args(argv)
    wrong = stale(args.root)
    if args.check:
        for path in wrong:
            sys.stderr.write(f"stale: {path}\n")
        return STALE if wrong else 0
    made = outputs(args.root)
    for path in wrong:
        if path in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(made[path], encoding="utf-8")
        else:
            path.unlink()
    return 0


def _json(name: str) -> str:
    return json.dumps(json_schema(name), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
