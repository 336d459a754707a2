"""What a session reports while it works."""
import logging
from typing import Any, Dict, NamedTuple, Optional, Union

from ._brand import TITLE

__all__ = ["Event", "LogLine", "Message", "Progress", "TaskEvent"]


class Message(NamedTuple):
    """For the person in front of the program; level is "debug", "info", "notice" or "warning"."""

    level: str
    text: str


class TaskEvent(NamedTuple):
    """A unit of work: kind "fetch", "build", ...; state "started", "finished", "failed", "skipped", "present", "waiting"."""

    kind: str
    name: str
    state: str
    detail: Optional[str]
    wall_ms: Optional[int]


class Progress(NamedTuple):
    """How far a task is; total is None when that is unknown. unit is "B" or "tasks"."""

    kind: str
    name: str
    done: int
    total: Optional[int]
    unit: str


class LogLine(NamedTuple):
    """One line that a build printed."""

    name: str
    text: str


Event = Union[Message, TaskEvent, Progress, LogLine]
_CLASSES = {"message": Message, "task": TaskEvent, "progress": Progress, "log": LogLine}
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "notice": logging.INFO, "warning": logging.WARNING}


def event_of(value: Dict[str, Any]) -> Optional[Event]:
    """None for a kind of event that this version does not know.

    >>> event_of({"event": "log", "name": "zlib", "text": "make: done", "later": 1})
    LogLine(name='zlib', text='make: done')
    """
    kind = _CLASSES.get(value["event"])
    return None if kind is None else kind(*(value[name] for name in kind._fields))


def log_event(event: Event) -> None:
    """What a session does that nobody listens to: the logger named like this package gets the messages."""
    if isinstance(event, Message):
        logging.getLogger(TITLE).log(_LEVELS.get(event.level, logging.INFO), "%s", event.text)
