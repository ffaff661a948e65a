"""Scenarios that are read when somebody asks for them: of a tree in which little has changed most never are."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, overload

from geoflow.openspec.model import Scenario


class LaterScenarios(Sequence[Scenario]):
    """The scenarios that `read` gives, called once; to whoever looks no other than a tuple of them."""

    __slots__ = ("_read", "_there")

    def __init__(self, read: Callable[[], tuple[Scenario, ...]]) -> None:
        self._read: Callable[[], tuple[Scenario, ...]] | None = read
        self._there: tuple[Scenario, ...] = ()

    def _whole(self) -> tuple[Scenario, ...]:
        read = self._read
        if read is not None:
            self._there = read()
            self._read = None  # with the lines of the document that it holds
        return self._there

    def __len__(self) -> int:
        return len(self._whole())

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self._whole())

    @overload
    def __getitem__(self, index: int) -> Scenario: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Scenario, ...]: ...
    def __getitem__(self, index: int | slice) -> Scenario | tuple[Scenario, ...]:
        return self._whole()[index]

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LaterScenarios):
            return self is other or self._whole() == other._whole()
        return self._whole() == other

    def __hash__(self) -> int:
        return hash(self._whole())

    def __repr__(self) -> str:
        return repr(self._whole())

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self._whole(),)
