"""Profiles: directories of links to artifacts, ready for PATH, switched by one rename."""
from typing import Dict, List, NamedTuple, Optional, Sequence

from . import _arguments
from .session import Session, session_or_default

__all__ = ["Environment", "Generation", "Variable", "env", "makeprofile"]


class Generation(NamedTuple):
    """What the link `profile` leads to."""

    profile: str
    generation: int
    path: str
    changed: bool


class Variable(NamedTuple):
    """What a profile does to a variable: kind "path" or "flags" puts the values in front, "plain" sets it."""

    kind: str
    values: List[str]


class Environment(NamedTuple):
    """What entering a profile means: os.environ.update(env("x").environment)."""

    profile: str
    generation: int
    path: str
    variables: Dict[str, Variable]
    environment: Dict[str, str]


def makeprofile(
    profile: _arguments.Path,
    artifacts: Sequence[str],
    *,
    reason: Optional[str] = None,
    session: Optional[Session] = None
) -> Generation:
    """Make a profile of artifacts (as `resolve` takes them) and of what they need to run, and switch to it.

    profile: a name in the registry, or a path with a slash. reason: for its history.
    """
    answer = session_or_default(session).call(
        "makeprofile",
        profile=_arguments.path("profile", profile),
        artifacts=_arguments.texts("artifacts", artifacts),
        reason=_arguments.text_or_none("reason", reason),
    )
    return Generation(*(answer[name] for name in Generation._fields))


def env(profile: _arguments.Path, *, session: Optional[Session] = None) -> Environment:
    """The variables that a profile sets, and the values that they have then."""
    answer = session_or_default(session).call("env", profile=_arguments.path("profile", profile))
    variables = {name: Variable(one["kind"], one["values"]) for name, one in answer["variables"].items()}
    return Environment(
        answer["profile"], answer["generation"], answer["path"], variables, answer["environment"]
    )
