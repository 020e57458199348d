"""Score the event coder on the visible articles and translated stories with the scorer that comes with them.

    python -m tests.eval.stories

The floors are what the first coder reaches on articles without any event; recall has no floor yet.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from agents.process import Job, Summary, process
from tests.paths import shared

KINDS = ("articles", "stories")
MIN_CONFIDENCE = 0.5
NEGATIVES_HIT = 0.05


def main() -> int:
    """Print the scores of both sets; fails when more than 1 in 20 articles without an event is hit."""
    folder = shared()
    if folder is None:
        print("no development data")
        return 0
    return max(_score(folder / "data" / "events" / "score.py", kind) for kind in KINDS)


def _score(scorer: Path, kind: str) -> int:
    inputs = subprocess.run([sys.executable, scorer, "inputs", kind], capture_output=True, check=True).stdout
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as output:
        process(io.BytesIO(inputs), output, Job(until="events"), Summary())
        output.flush()
        lines = Path(output.name).read_bytes().splitlines()
        command = [sys.executable, scorer, "score", kind, output.name, "--min-confidence", str(MIN_CONFIDENCE)]
        printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    print(f"{kind}, confidence >= {MIN_CONFIDENCE}\n{printed}")
    missing = len(inputs.splitlines()) - len([line for line in lines if "mentions" in json.loads(line)])
    if missing:
        print(f"{missing} articles have no line of output")
        return 1
    hit, negatives = (
        int(part) for part in printed.splitlines()[-1].partition("negatives hit ")[2].split()[0].split("/")
    )
    if hit > NEGATIVES_HIT * negatives:
        print(f"{hit} of {negatives} articles without an event are hit")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
