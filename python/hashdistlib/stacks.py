"""Stacks: what is wanted, in YAML, to a task graph and to a profile."""
from typing import Any, Dict, List, NamedTuple, Optional, Sequence

from . import _arguments
from .errors import UpdateError
from .profiles import Generation
from .session import Session, session_or_default

__all__ = ["Update", "compile_stack", "update"]


class Update(NamedTuple):
    """What an update did. tasks: docs/json-output.md; profile: what it leads to now (in a dry run: would then); None with only, fetch_only."""

    stack: str
    tasks: List[Dict[str, Any]]
    profile: Optional[Generation]


def compile_stack(
    stack: Optional[_arguments.Path] = None, *, session: Optional[Session] = None
) -> Dict[str, Any]:
    """The task graph (tasks.json) of a stack file; without one, of stack.yaml here or in the nearest directory above."""
    return session_or_default(session).call("compile", stack=_arguments.path_or_none("stack", stack))["graph"]


def update(
    stack: Optional[_arguments.Path] = None,
    profile: Optional[_arguments.Path] = None,
    *,
    only: Sequence[str] = (),
    dry_run: bool = False,
    fetch_only: bool = False,
    session: Optional[Session] = None
) -> Update:
    """Fetch and build what a stack needs, then switch its profile; when something fails it stays as it is: UpdateError.

    profile: name or path; without one, the stack's name. only: build these packages alone, and what they need.
    """
    answer = session_or_default(session).call(
        "update",
        stack=_arguments.path_or_none("stack", stack),
        profile=_arguments.path_or_none("profile", profile),
        only=_arguments.texts("only", only),
        dry_run=_arguments.flag("dry_run", dry_run),
        fetch_only=_arguments.flag("fetch_only", fetch_only),
    )
    if not answer["ok"] and not dry_run:
        raise UpdateError([task for task in answer["tasks"] if task["state"] == "failed"])
    made = answer["profile"]
    generation = None if made is None else Generation(*(made[name] for name in Generation._fields))
    return Update(answer["stack"], answer["tasks"], generation)
