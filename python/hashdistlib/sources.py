"""Sources: addresses into the source store, and out of it into directories."""
from typing import Any, Dict, NamedTuple, Optional, Sequence

from . import _arguments
from .session import Session, session_or_default

__all__ = ["Source", "fetch", "unpack"]


class Source(NamedTuple):
    """A source in the store: its key says its exact content."""

    url: str
    key: str
    size: int
    was_present: bool


def fetch(
    url: _arguments.Path, key: Optional[str] = None, *, tags: Sequence[str] = (), session: Optional[Session] = None
) -> Source:
    """Put what is at an address, or a local file or directory, into the source store.

    key: what it is expected to be, a source key or a digest ("sha256:..."); other content is refused and kept nowhere.
    tags: for retention.
    """
    source: Dict[str, Any] = {"url": _arguments.path("url", url), "key": _arguments.text_or_none("key", key)}
    answer = session_or_default(session).call("fetch", sources=[source], tags=_arguments.texts("tags", tags))
    fetched = answer["sources"][0]
    return Source(*(fetched[name] for name in Source._fields))


def unpack(
    key: str, target: _arguments.Path, *, strip: Optional[int] = None, session: Optional[Session] = None
) -> str:
    """Unpack a source of the store into a directory that is absent or empty; it appears complete or not at all.

    strip: remove so many leading directories instead of those that everything shares.
    """
    answer = session_or_default(session).call(
        "unpack",
        key=_arguments.text("key", key),
        target=_arguments.path("target", target),
        strip=_arguments.integer_or_none("strip", strip),
    )
    return answer["target"]
