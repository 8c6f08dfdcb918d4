"""Values kept for as long as there is room for them: the longest unused go first (pure)."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What knows what keeping it costs."""

    @property
    def size_bytes(self) -> int: ...


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Sized)


class Recent(Generic[K, V]):
    """Values by key, of `most_bytes` in all; may be shared by threads."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[K, V] = OrderedDict()
        self._bytes = 0

    def get(self, key: K, make: Callable[[], V]) -> V:
        """The value of a key, made when it is not kept. What takes more than an eighth of all is not kept."""
        value = self._kept.pop(key, None)
        if value is None:
            value = make()
            if value.size_bytes * 8 > self._most_bytes:
                return value
            self._bytes += value.size_bytes
        self._kept[key] = value
        while self._bytes > self._most_bytes and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= gone.size_bytes
        return value
