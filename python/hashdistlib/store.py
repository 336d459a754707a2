"""The artifact store: what was built, and where it is."""
from typing import Any, List, NamedTuple, Optional, Union

from . import _arguments
from .session import Session, session_or_default

__all__ = ["Artifact", "resolve"]


class Artifact(NamedTuple):
    """The hashed result of one build. Functions and documents take it where they take its id."""

    id: str
    path: str

    named_by = "id"  # no field: it has no annotation



def artifact_id(name: str, value: Any) -> str:
    return _arguments.name_of(name, value, "id", "Artifact")


def artifact_ids(name: str, value: Any) -> List[str]:
    return _arguments.names_of(name, value, "id", "Artifact")


def resolve(
    artifact: Union[str, Artifact], *, root: Optional[_arguments.Path] = None, session: Optional[Session] = None
) -> Artifact:
    """The artifact of that id, name/PREFIX (4 characters or more), or name when there is only one of it.

    root: also make this link to it, which protects it from being collected.
    """
    answer = session_or_default(session).call(
        "resolve", artifact=artifact_id("artifact", artifact), root=_arguments.path_or_none("root", root)
    )
    return Artifact(answer["id"], answer["path"])
