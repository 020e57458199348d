"""Score the event coder on the PLOVER gold standard sentences (161 English ones, mostly from the CAMEO manual).

    python -m tests.eval.gsr [--show]

A third of the sentences, by a hash of their ids, is held back: only the others are ever printed. Sentences are coded
one at a time, without a date; of several mentions the one with the highest confidence counts, whatever it is.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import sys
from typing import Any, NamedTuple

from agents.process import Job, Summary, process
from tests.paths import shared

RENAMED = {"DEMAND": "REQUEST", "DISAPPROVE": "ACCUSE", "INVESTIGATE": "ACCUSE", "FIGHT": "ASSAULT"}
MISSPELT = {"ITL": "ITA", "JAP": "JPN", "VTN": "VNM"}
NO_COUNTRY = frozenset({"IGO", "IMG", "NGO"})
HELD_OF, SENTENCES = 3, 161
# Of the third kept apart, as measured less a few sentences: types, actors' countries, recipients' countries.
FLOORS = (0.64, 0.62, 0.48)


class Tally(NamedTuple):
    """Right ones and all, of types, actors' countries and recipients' countries."""

    types: tuple[int, int]
    actors: tuple[int, int]
    recipients: tuple[int, int]

    def __str__(self) -> str:
        """Show shares with their counts."""
        named = zip(("type", "actor country", "recipient country"), self, strict=True)
        return "  ".join(f"{name} {right / max(1, of):.2f} ({right}/{of})" for name, (right, of) in named)


def is_held(case: dict[str, Any]) -> bool:
    """Say whether a sentence is of the third that nobody reads."""
    return hashlib.sha256(case["id"].encode()).digest()[0] % HELD_OF == 0


def coded(cases: list[dict[str, Any]]) -> dict[str, dict[str, Any] | None]:
    """Return the best mention of every sentence."""
    lines = b"\n".join(
        json.dumps({"id": case["id"], "text": case["text"], "language_hint": "en"}).encode() for case in cases
    )
    output = io.BytesIO()
    process(io.BytesIO(lines), output, Job(until="events"), Summary())
    rows = map(json.loads, output.getvalue().splitlines())
    return {
        row["article_id"]: max(row.get("mentions") or [None], key=lambda m: m["confidence"] if m else 0) for row in rows
    }


def tally(cases: list[dict[str, Any]], best: dict[str, dict[str, Any] | None]) -> Tally:
    """Count what is right."""
    rows = [(case, best[case["id"]]) for case in cases]
    types = sum(bool(mention) and mention["event_type"] == _type(case) for case, mention in rows if mention)
    return Tally((types, len(rows)), _countries(rows, "source", "actors"), _countries(rows, "target", "recipients"))


def _countries(rows: list[tuple[dict[str, Any], dict[str, Any] | None]], side: str, ours: str) -> tuple[int, int]:
    asked = [
        (gold, {one["country"] for one in mention[ours]} if mention else set())
        for case, mention in rows
        if (gold := _codes(case.get(side) or []))
    ]
    return sum(bool(gold & found) for gold, found in asked), len(asked)


def _codes(actors: list[Any]) -> set[str]:
    """Return the countries of one side; an international organisation has none, one entry of the file is no actor."""
    given = (actor.get("code") for actor in actors if isinstance(actor, dict))
    return {MISSPELT.get(code, code) for code in given if code and code not in NO_COUNTRY}


def _type(case: dict[str, Any]) -> str:
    return RENAMED.get(case["event"], case["event"])


def main() -> int:
    """Print both parts; with `--show` also the sentences of the part that may be read and went wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    return score(show=parser.parse_args().show)


def score(*, show: bool = False) -> int:
    """Print both parts; 1 where the part kept apart falls below a floor."""
    folder = shared()
    if folder is None:
        print("no development data")
        return 0
    cases = json.loads((folder / "data" / "events" / "plover_gsr_visible.json").read_text(encoding="utf-8"))
    best = coded(cases)
    read, held = [case for case in cases if not is_held(case)], [case for case in cases if is_held(case)]
    apart = tally(held, best)
    print(f"read {tally(read, best)}\nheld {apart}")
    for case in read if show else ():
        _show(case, best[case["id"]])
    missed = any(right < floor * of for (right, of), floor in zip(apart, FLOORS, strict=True))
    return int(missed or len(cases) < SENTENCES)


def _show(case: dict[str, Any], mention: dict[str, Any] | None) -> None:
    one = tally([case], {case["id"]: mention})
    if all(right == of for right, of in one):
        return
    print("----", case["text"])
    print(
        "  gold",
        _type(case),
        *(
            [(a["actorText"], a.get("code")) for a in case.get(side) or [] if isinstance(a, dict)]
            for side in ("source", "target")
        ),
    )
    if mention:
        print(
            "  ours",
            mention["event_type"],
            mention["confidence"],
            repr(mention["trigger"]["text"]),
            *([(actor["text"], actor["country"]) for actor in mention[side]] for side in ("actors", "recipients")),
        )


if __name__ == "__main__":
    sys.exit(main())
