"""What describes never changes: equality, hashes, copies and pickles of packages, which refer to one another.

A chain of packages may be of any length, so nothing here follows one by recursion.
"""
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Sequence, Tuple

_HASH = "_hash"  # computed once: a graph may have many ways from one package to another


class _Place(NamedTuple):
    """Where a package stands in a list, for the package itself."""

    number: int


class Described:
    """It never changes; equal descriptions are equal. Its state: what its classes name in __slots__, and what else was put into it."""

    __slots__ = (_HASH,)

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a package never changes; copy_with({name}=...) makes another one")

    def __delattr__(self, name: str) -> None:
        raise AttributeError("a package never changes")

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __eq__(self, other: Any) -> bool:
        return self is other or (isinstance(other, Described) and _are_equal(self, other))

    def __hash__(self) -> int:
        if not hasattr(self, _HASH):
            for one in in_order([self], stop=lambda known: hasattr(known, _HASH)):
                if not hasattr(one, _HASH):
                    others: List[Described] = []
                    own = _with_places(_state(one), others)
                    one._set(**{_HASH: hash((type(one), own, tuple(map(hash, others))))})
        return getattr(self, _HASH)

    def __copy__(self) -> "Described":
        return self

    def __deepcopy__(self, memo: Dict[int, Any]) -> "Described":
        return self

    def __reduce__(self) -> Tuple[Any, ...]:
        numbers: Dict[int, int] = {}
        rows = []
        for one in in_order([self]):
            others: List[Described] = []
            own = _with_places(_state(one), others)
            rows.append((type(one), own, [numbers[id(other)] for other in others]))
            numbers[id(one)] = len(numbers)
        return _restored, (rows,)


def _state(one: Described) -> Tuple[Tuple[str, Any], ...]:
    names = [name for kind in type(one).__mro__ for name in getattr(kind, "__slots__", ()) if name != _HASH]
    slots = [(name, getattr(one, name)) for name in names if hasattr(one, name) and name != "__dict__"]
    return (*slots, *sorted(getattr(one, "__dict__", {}).items()))


def _with_places(value: Any, others: List[Described]) -> Any:
    """`value` without the packages in it, which go to `others` in the order in which they are met."""
    if isinstance(value, Described):
        others.append(value)
        return _Place(len(others) - 1)
    if isinstance(value, tuple):
        return _like(value, [_with_places(item, others) for item in value])
    return value


def _without_places(value: Any, others: Sequence[Described]) -> Any:
    if isinstance(value, _Place):
        return others[value.number]
    if isinstance(value, tuple):
        return _like(value, [_without_places(item, others) for item in value])
    return value


def _like(value: Tuple[Any, ...], items: List[Any]) -> Any:
    return type(value)(*items) if hasattr(value, "_fields") else tuple(items)


def _restored(rows: Sequence[Tuple[Any, Any, Sequence[int]]]) -> Described:
    """What __reduce__ wrote down."""
    made: List[Described] = []
    for kind, own, numbers in rows:
        one = object.__new__(kind)
        one._set(**dict(_without_places(own, [made[number] for number in numbers])))
        made.append(one)
    return made[-1]


def needs(one: Described) -> List[Described]:
    """What a package refers to itself."""
    others: List[Described] = []
    _with_places(_state(one), others)
    return others


def in_order(
    described: Iterable[Described],
    needed_by: Callable[[Described], Sequence[Described]] = needs,
    stop: Callable[[Described], bool] = lambda one: False,
) -> Iterator[Described]:
    """These and all that they need, each once, what is needed before what needs it. What is needed by those of `stop` is left out."""
    done = set()
    stack: List[Tuple[Described, bool]] = [(one, False) for one in reversed(list(described))]
    while stack:
        one, are_needs_done = stack.pop()
        if id(one) in done:
            continue
        if are_needs_done or stop(one):
            done.add(id(one))
            yield one
            continue
        stack.append((one, True))
        stack.extend((other, False) for other in reversed(needed_by(one)) if id(other) not in done)


def _are_equal(one: Described, other: Described) -> bool:
    pairs = [(one, other)]
    looked_at = set()
    while pairs:
        left, right = pairs.pop()
        if left is right or (id(left), id(right)) in looked_at:
            continue
        looked_at.add((id(left), id(right)))
        of_left: List[Described] = []
        of_right: List[Described] = []
        if type(left) is not type(right) or hash(left) != hash(right):
            return False
        if _with_places(_state(left), of_left) != _with_places(_state(right), of_right):
            return False
        pairs.extend(zip(of_left, of_right))
    return True
