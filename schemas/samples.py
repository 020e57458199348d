"""A real record of each topic, as the pipeline made it of seeds/, one file each in samples/.

`python -m tests.docs.samples` writes the files: they need the pipeline, which schemas/ does not know.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A message as it lies on a topic, long values cut.

    `value` is JSON, of a dead letter the text of its bytes. `cut` says of what was cut how long it is in the message.
    """

    about: str
    key: str
    headers: dict[str, str]
    value: Any
    cut: dict[str, str] = field(default_factory=dict)


def sample(topic: str) -> Sample:
    """Read the sample of a topic."""
    text = (files("schemas") / "samples" / f"{topic}.json").read_text(encoding="utf-8")
    return Sample(**json.loads(text))
