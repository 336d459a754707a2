"""Arguments as they must be, or a TypeError that names the argument."""
import json
import os
from typing import Any, Dict, List, Mapping, Optional, Sequence, Union

Path = Union[str, "os.PathLike[str]"]


def _wrong(name: str, expected: str, value: Any) -> TypeError:
    return TypeError(f"{name}: expected {expected}, not {type(value).__name__}")


def text(name: str, value: Any) -> str:
    """
    >>> text("artifact", 3)
    Traceback (most recent call last):
    TypeError: artifact: expected a str, not int
    >>> text("artifact", "a\\0b")
    Traceback (most recent call last):
    ValueError: artifact: 'a\\x00b' holds a NUL character
    """
    if not isinstance(value, str):
        raise _wrong(name, "a str", value)
    return _sound(name, value)


def _sound(name: str, value: str) -> str:
    if "\0" in value:
        raise ValueError(f"{name}: {value!r} holds a NUL character")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise ValueError(f"{name}: {value!r} is not Unicode; it may be bytes that are no UTF-8") from None
    return value


def text_or_none(name: str, value: Any) -> Optional[str]:
    return None if value is None else text(name, value)


def path(name: str, value: Any) -> str:
    """
    >>> path("target", b"x")
    Traceback (most recent call last):
    TypeError: target: expected a str or a path, not bytes
    """
    try:
        given = os.fspath(value)
    except TypeError:
        raise _wrong(name, "a str or a path", value) from None
    if not isinstance(given, str):
        raise _wrong(name, "a str or a path", value)
    return _sound(name, given)


def path_or_none(name: str, value: Any) -> Optional[str]:
    return None if value is None else path(name, value)


def name_of(name: str, value: Any, field: str, kind: str) -> str:
    """What names something in the store: a str, or an object that says by `named_by` which of its fields it is.

    >>> name_of("key", ("tar.gz:abcd",), "key", "Source")
    Traceback (most recent call last):
    TypeError: key: expected a str or a Source, not tuple
    """
    if not isinstance(value, str) and getattr(value, "named_by", None) != field:
        raise _wrong(name, f"a str or {'an' if kind[0] in 'AEIOU' else 'a'} {kind}", value)
    return text(name, value if isinstance(value, str) else getattr(value, field))


def names_of(name: str, value: Any, field: str, kind: str) -> List[str]:
    """
    >>> names_of("artifacts", "lua", "id", "Artifact")
    Traceback (most recent call last):
    TypeError: artifacts: expected a list of str and Artifact, not str
    """
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence) or hasattr(value, "named_by"):
        raise _wrong(name, f"a list of str and {kind}", value)
    return [name_of(f"{name}[{number}]", item, field, kind) for number, item in enumerate(value)]


def flag(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, "True or False", value)
    return value


def integer_or_none(name: str, value: Any) -> Optional[int]:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise _wrong(name, "an int or None", value)
    return value


def texts(name: str, value: Any) -> List[str]:
    """
    >>> texts("tags", ["a", 1])
    Traceback (most recent call last):
    TypeError: tags[1]: expected a str, not int
    >>> texts("tags", "ab")
    Traceback (most recent call last):
    TypeError: tags: expected a list of str, not str
    """
    if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
        raise _wrong(name, "a list of str", value)
    return [text(f"{name}[{number}]", item) for number, item in enumerate(value)]


def mapping(name: str, value: Any) -> Dict[str, Any]:
    """A document: what JSON can say, and ids and keys as the objects that have them. What it may hold is the library's to say.

    >>> mapping("spec", {"name": {1, 2}})
    Traceback (most recent call last):
    TypeError: spec.name: expected what JSON can say, not set
    """
    if not isinstance(value, Mapping):
        raise _wrong(name, "a dict", value)
    try:
        return _document(name, value)
    except RecursionError:
        raise ValueError(f"{name}: is nested too deeply, or holds itself") from None


def _document(name: str, value: Any) -> Any:
    field = getattr(value, "named_by", None)
    if isinstance(value, tuple) and field is not None:
        return getattr(value, field)
    if isinstance(value, Mapping):
        return {text(f"key of {name}", key): _document(f"{name}.{key}", item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_document(f"{name}[{number}]", item) for number, item in enumerate(value)]
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, str):
        return _sound(name, value)
    raise _wrong(name, "what JSON can say", value)


def environment_or_none(name: str, value: Any) -> Optional[Dict[str, str]]:
    """
    >>> environment_or_none("environment", {"HOME": 3})
    Traceback (most recent call last):
    TypeError: environment.HOME: expected a str, not int
    """
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise _wrong(name, "a dict", value)
    return {text(f"key of {name}", key): text(f"{name}.{key}", item) for key, item in value.items()}


def as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode("ascii")
