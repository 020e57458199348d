"""langdetect's profiles and engine, loaded once from its package and never through its module-level functions.

The module-level functions of langdetect load their profiles on first use without a lock, and detect at random.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from langdetect.detector_factory import DetectorFactory

_EXPECTED = 55


@cache
def factory() -> DetectorFactory:
    """Return our own factory with langdetect's profiles in the order of their names, seeded with 0."""
    folder = files("langdetect") / "profiles"
    texts = [file.read_text(encoding="utf-8") for file in sorted(folder.iterdir(), key=lambda f: f.name)]
    made = DetectorFactory()
    made.load_json_profile([text for text in texts if text.startswith("{")])
    if len(made.langlist) != _EXPECTED:
        raise RuntimeError(f"langdetect has {len(made.langlist)} profiles, not {_EXPECTED}")
    made.seed = 0
    return made
