"""Attributes that are computed when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")
Self = TypeVar("Self", bound="lazy[Any]")


class lazy(Generic[T]):  # noqa: N801 - a decorator, as property is
    """`functools.cached_property` without the lock that Python 3.11 takes around each computation."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self._name = name

    @overload
    def __get__(self: Self, instance: None, owner: type[Any]) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type[Any]) -> T: ...

    def __get__(self, instance: object | None, owner: type[Any]) -> Any:
        """Compute the attribute, and keep it where it is found before this is asked again."""
        if instance is None:
            return self
        found = instance.__dict__[self._name] = self._compute(instance)
        return found
