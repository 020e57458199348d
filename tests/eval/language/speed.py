"""Speed beside langdetect in one process, and what loading costs in another."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

import numpy as np

from pipeline.language.detect import backend, clean
from pipeline.language.factory import factory
from tests.eval.language.texts import CORE, SEED, Text

BATCH = 64
FLOORS = {"headline": 70, "lead": 45, "body": 100}
_BLOCKS, _BATCHES, _THEIRS = 7, 6, 40
_LOADING = """
import time
import numpy, orjson, langdetect
begin = time.process_time()
from pipeline.language.detect import backend
backend().detect(["the prime minister said"])
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(time.process_time() - begin, int(status["VmRSS"].split()[0]) / 1024)
"""


def speed(texts: Sequence[Text]) -> dict[str, tuple[float, float]]:
    """Return texts a second of CPU time by bucket: ours in batches, seeded langdetect; interleaved, medians."""
    return {bucket: _rates([t.text for t in texts if t.bucket == bucket and t.language in CORE]) for bucket in FLOORS}


def _rates(texts: list[str]) -> tuple[float, float]:
    random.Random(SEED).shuffle(texts)
    size = BATCH * _BATCHES
    texts = [texts[i % len(texts)] for i in range(_BLOCKS * size)]
    blocks = [texts[i : i + size] for i in range(0, len(texts), size)]
    pairs = [(_rate(_ours, block), _rate(_theirs, block[:_THEIRS])) for block in blocks]
    ours, theirs = np.median(pairs, axis=0)
    return float(ours), float(theirs)


def _rate(read: Callable[[list[str]], None], texts: list[str]) -> float:
    begin = time.process_time()
    read(texts)
    return len(texts) / (time.process_time() - begin)


def _ours(texts: list[str]) -> None:
    for i in range(0, len(texts), BATCH):
        backend().detect(texts[i : i + BATCH])


def _theirs(texts: list[str]) -> None:
    for text in texts:
        detector = factory().create()
        detector.append(clean(text))
        detector.get_probabilities()


def loading() -> tuple[float, float]:
    """Return the CPU seconds until a process with numpy has its first answer, and its memory (MB); Linux only."""
    printed = subprocess.run([sys.executable, "-c", _LOADING], capture_output=True, check=True, text=True).stdout
    seconds, megabytes = map(float, printed.split())
    return seconds, megabytes
