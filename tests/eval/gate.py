"""All accuracy gates: `make eval`. Prints what was measured and fails under a floor or when a case is missing.

The development data lies beside the checkout (KHABAR_SHARED); without it nothing can be measured, which is said.
"""

from __future__ import annotations

import sys

import pytest

from tests.eval import cleaning, gsr, judged_articles, mojibake, names, seed_gold, stories
from tests.eval.language.__main__ import main as languages
from tests.eval.linking import judged, pairs
from tests.eval.linking import stories as linked_stories
from tests.paths import ROOT, shared


def main() -> int:
    """Run the gates; returns the exit code."""
    if shared() is None:
        print("eval: NOT RUN - no development data beside the checkout (KHABAR_SHARED)")
        return 0
    print("== events of the seeds, by hand-coded gold")
    code = seed_gold.main()
    print("\n== events of articles and translated stories (read its errors, never its answers)")
    code |= stories.main()
    print("\n== events of articles judged by readers who knew no rule")
    code |= judged_articles.score([])
    print("\n== sentences of the PLOVER gold standard")
    code |= gsr.score()
    print("\n== pages cut into pieces, mojibake repaired")
    code |= cleaning.main([]) | mojibake.main([])
    print("\n== names across scripts")
    code |= names.main()
    print("\n== events across languages: invented pairs, translated stories, pairs judged by reading")
    code |= pairs.main() | linked_stories.main() | judged.main()
    print("\n== languages, held out from the tables")
    code |= languages([])
    print("\n== languages of the seeds, duplicates by labelled pairs and generated copies")
    suites = [str(ROOT / "tests" / name) for name in ("golden/test_seed_languages.py", "eval/test_dedup.py")]
    return code | int(pytest.main(["-q", "-p", "no:randomly", *suites]))


if __name__ == "__main__":
    sys.exit(main())
