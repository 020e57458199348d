"""What a stage is: a function from a record and a read-only view of state to effects.

A stage does nothing itself. The driver and the Faust shell perform the effects it returns, so the same stage
runs in a test, in one process, and on a broker, and gives the same bytes in each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

StageName = Literal["language", "dedup", "events", "linking"]

In = TypeVar("In")
Out = TypeVar("Out")
S = TypeVar("S")
In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)
S_inv = TypeVar("S_inv")


@dataclass(frozen=True, slots=True)
class Emit(Generic[Out]):
    """Pass a record on under a key; `partition` is taken modulo the sink's partitions, None lets the key decide."""

    key: str
    value: Out
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Put(Generic[S]):
    """Keep `state` under `key`; None forgets it. The key must live in the partition of the record being processed."""

    key: str
    state: S | None


@dataclass(frozen=True, slots=True)
class Drop:
    """The record was understood and leads to nothing; counted under its reason."""

    reason: str


@dataclass(frozen=True, slots=True)
class Reject:
    """The record cannot be processed: it goes to the dead-letter topic with its original bytes."""

    reason: str
    message: str


Effect: TypeAlias = Emit[Out] | Put[S] | Drop | Reject


class Stage(Protocol[In_contra, Out, S_inv]):
    """One step of the pipeline. Calling it twice with the same arguments gives the same effects."""

    def __call__(self, record: In_contra, state: Mapping[str, S_inv], /) -> Iterable[Effect[Out, S_inv]]:
        """Say what is to be done about `record`."""
        ...


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
