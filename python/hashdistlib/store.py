"""The artifact store: what was built, and where it is."""
from typing import NamedTuple, Optional

from . import _arguments
from .session import Session, session_or_default

__all__ = ["Artifact", "resolve"]


class Artifact(NamedTuple):
    """The hashed result of one build."""

    id: str
    path: str


def resolve(
    artifact: str, *, root: Optional[_arguments.Path] = None, session: Optional[Session] = None
) -> Artifact:
    """The artifact of that id, name/PREFIX (4 characters or more), or name when there is only one of it.

    root: also make this link to it, which protects it from being collected.
    """
    answer = session_or_default(session).call(
        "resolve", artifact=_arguments.text("artifact", artifact), root=_arguments.path_or_none("root", root)
    )
    return Artifact(answer["id"], answer["path"])
