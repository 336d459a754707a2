"""The settings in force."""
from typing import List, NamedTuple, Optional

from .session import Session, session_or_default

__all__ = ["Setting", "settings"]


class Setting(NamedTuple):
    """origin: "default", or the file and line that says it."""

    key: str
    value: str
    origin: str
    default: str


def settings(*, session: Optional[Session] = None) -> List[Setting]:
    """Every setting, in the order of the documentation."""
    answer = session_or_default(session).call("config")
    return [Setting(*(one[name] for name in Setting._fields)) for one in answer["settings"]]
