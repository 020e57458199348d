"""The four stages in order, each with its topics, records and state: what the driver and the Faust shell both run."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, Literal, TypeVar

from pipeline.stage import Stage

StageName = Literal["language", "dedup", "events", "linking"]
STAGE_NAMES: tuple[StageName, ...] = ("language", "dedup", "events", "linking")

In = TypeVar("In")
Out = TypeVar("Out")
S = TypeVar("S")


@dataclass(frozen=True)
class StageSpec(Generic[In, Out, S]):
    """A stage with everything needed to run it.

    `record` and `out` are the types of the records on `source` and `sink`; `state` is the type kept per key or
    None. `view` makes the empty mapping that holds the state of one partition of `source`; a stage that needs an
    index beside its entries brings a mapping that keeps it.
    """

    name: StageName
    source: str
    sink: str
    record: type[In]
    out: type[Out]
    state: type[S] | None
    make: Callable[[], Stage[In, Out, S]]
    view: Callable[[], MutableMapping[str, S]] = dict


@cache
def stages() -> tuple[StageSpec[Any, Any, Any], ...]:
    """The specs of all stages, in the order an article passes them."""
    from pipeline.dedup.stage import SPEC as dedup
    from pipeline.events.stage import SPEC as events
    from pipeline.language.stage import SPEC as language
    from pipeline.linking.stage import SPEC as linking

    return (language, dedup, events, linking)
