"""Sources: addresses into the source store, and out of it into directories."""
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union

from . import _arguments
from .session import Session, session_or_default

__all__ = [
    "CollectedSource",
    "DamagedSource",
    "Source",
    "StoredSource",
    "bundle",
    "collect_sources",
    "fetch",
    "list_sources",
    "remove_sources",
    "unpack",
    "verify_sources",
]


class Source(NamedTuple):
    """A source in the store: its key says its exact content. Functions and documents take it where they take its key."""

    url: str
    key: str
    size: int
    was_present: bool

    named_by = "key"  # no field: it has no annotation


class StoredSource(NamedTuple):
    """What the source store knows of a source; times in seconds since 1970."""

    key: str
    path: str
    size: int
    urls: Tuple[str, ...]
    tags: Tuple[str, ...]
    last_use: int

    named_by = "key"


AnySource = Union[str, Source, StoredSource]  # the key itself, or what has it


def source_key(name: str, value: Any) -> str:
    return _arguments.name_of(name, value, "key", "Source")


def source_key_or_none(name: str, value: Any) -> Optional[str]:
    return None if value is None else source_key(name, value)


def source_keys(name: str, value: Any) -> List[str]:
    return _arguments.names_of(name, value, "key", "Source")


def fetch(
    url: _arguments.Path,
    key: Optional[AnySource] = None,
    *,
    tags: Sequence[str] = (),
    session: Optional[Session] = None
) -> Source:
    """Put what is at an address, or a local file or directory, into the source store.

    key: what it is expected to be, a source key or a digest ("sha256:..."); other content is refused and kept nowhere.
    tags: for retention.
    """
    source: Dict[str, Any] = {"url": _arguments.path("url", url), "key": source_key_or_none("key", key)}
    answer = session_or_default(session).call("fetch", sources=[source], tags=_arguments.texts("tags", tags))
    fetched = answer["sources"][0]
    return Source(*(fetched[name] for name in Source._fields))


def unpack(
    key: AnySource,
    target: _arguments.Path,
    *,
    strip: Optional[int] = None,
    session: Optional[Session] = None
) -> str:
    """Unpack a source of the store into a directory that is absent or empty; it appears complete or not at all.

    strip: remove so many leading directories instead of those that everything shares.
    """
    answer = session_or_default(session).call(
        "unpack",
        key=source_key("key", key),
        target=_arguments.path("target", target),
        strip=_arguments.integer_or_none("strip", strip),
    )
    return answer["target"]


class DamagedSource(NamedTuple):
    """A source whose content is not what its key says."""

    key: str
    path: str
    reason: str


class CollectedSource(NamedTuple):
    """A source that was past its time, and the setting that said so."""

    source: StoredSource
    rule: str
    keep: str


def _stored(item: Dict[str, Any]) -> StoredSource:
    urls = tuple(address["url"] for address in item["urls"])
    return StoredSource(item["key"], item["path"], item["size"], urls, tuple(item["tags"]), item["last_use"])


def list_sources(keys: Sequence[AnySource] = (), *, session: Optional[Session] = None) -> List[StoredSource]:
    """The sources in the store: those that are named by their keys, or the beginnings of them, else all."""
    answer = session_or_default(session).call("source-list", keys=source_keys("keys", keys))
    return [_stored(item) for item in answer["sources"]]


def verify_sources(
    keys: Sequence[AnySource] = (), *, repair: bool = False, session: Optional[Session] = None
) -> List[DamagedSource]:
    """Read sources (all, when none is named) and compare them with their keys; returns those that are damaged.

    repair: fetch them again from the mirrors or from where they came; returns those that are still damaged.
    """
    answer = session_or_default(session).call(
        "source-verify", keys=source_keys("keys", keys), repair=_arguments.flag("repair", repair)
    )
    return [DamagedSource(*(item[name] for name in DamagedSource._fields)) for item in answer["damaged"]]


def remove_sources(
    keys: Sequence[AnySource], *, dry_run: bool = False, session: Optional[Session] = None
) -> List[StoredSource]:
    """Remove sources, whatever the settings say; returns what went, or would go."""
    answer = session_or_default(session).call(
        "source-rm", keys=source_keys("keys", keys), dry_run=_arguments.flag("dry_run", dry_run)
    )
    return [_stored(item) for item in answer["sources"]]


def collect_sources(*, dry_run: bool = False, session: Optional[Session] = None) -> List[CollectedSource]:
    """Remove sources that are past the time that [sources] keep-TAG and keep-TYPE give them; returns what went, or would go."""
    answer = session_or_default(session).call("gc-sources", dry_run=_arguments.flag("dry_run", dry_run))
    return [CollectedSource(_stored(item), item["rule"], item["keep"]) for item in answer["removed"]]


def bundle(
    target: _arguments.Path, keys: Sequence[AnySource] = (), *, stack: Optional[_arguments.Path] = None, session: Optional[Session] = None
) -> List[StoredSource]:
    """A mirror of what the stack needs, or of the sources that are named, for a host without network; proven complete."""
    answer = session_or_default(session).call(
        "bundle",
        target=_arguments.path("target", target),
        keys=source_keys("keys", keys),
        stack=_arguments.path_or_none("stack", stack),
    )
    return [_stored(item) for item in answer["sources"]]
