"""langdetect's profiles and engine, loaded once from its package and never through its module-level functions.

The module-level functions of langdetect load their profiles on first use without a lock, and detect at random.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from langdetect.detector_factory import DetectorFactory

_EXPECTED = 55


@cache
def profile_texts() -> tuple[str, ...]:
    """Return langdetect's profiles as JSON, in the order of their names."""
    folder = files("langdetect") / "profiles"
    texts = (file.read_text(encoding="utf-8") for file in sorted(folder.iterdir(), key=lambda f: f.name))
    found = tuple(text for text in texts if text.startswith("{"))
    if len(found) != _EXPECTED:
        raise RuntimeError(f"langdetect has {len(found)} profiles, not {_EXPECTED}")
    return found


@cache
def factory() -> DetectorFactory:
    """Return our own factory with langdetect's profiles, seeded with 0."""
    made = DetectorFactory()
    made.load_json_profile(list(profile_texts()))
    made.seed = 0
    return made
