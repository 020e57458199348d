"""Where the tests find the checkout and the shared data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "seeds"


def shared() -> Path | None:
    """Return the folder of development data, or None where it is absent."""
    folder = Path(os.environ.get("KHABAR_SHARED", ROOT.parent / "shared"))
    return folder if (folder / "data").is_dir() else None


def shared_data(name: str) -> Path:
    """Return a file of the development data; skip the test where it is absent."""
    folder = shared()
    if folder is None:
        pytest.skip("no development data: set KHABAR_SHARED")
    return folder / "data" / name
