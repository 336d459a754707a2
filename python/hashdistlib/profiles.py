"""Profiles: directories of links to artifacts, ready for PATH, switched by one rename."""
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Union

from . import _arguments
from .session import Session, session_or_default
from .store import Artifact, artifact_ids

__all__ = [
    "Environment",
    "Generation",
    "Registered",
    "Variable",
    "env",
    "link_profile",
    "makebuildprofile",
    "makeprofile",
    "registered_profiles",
    "unlink_profile",
]


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


class Registered(NamedTuple):
    """A name of the registry. state: "profile", "gone", "other" or "unreadable"; hidden: an earlier folder has the name."""

    name: str
    folder: str
    path: str
    target: Optional[str]
    state: str
    problem: Optional[str]
    leads_to: Optional[str]
    hidden: bool
    generation: Optional[int]


def _registered(answer: Dict[str, Any]) -> Registered:
    return Registered(*(answer[name] for name in Registered._fields))


def registered_profiles(*, session: Optional[Session] = None) -> List[Registered]:
    """The profiles of the registry, by name: your own folder's, then those of the site."""
    return [_registered(one) for one in session_or_default(session).call("profile-list")["profiles"]]


def link_profile(
    name: str, profile: _arguments.Path, *, session: Optional[Session] = None
) -> Registered:
    """Register a profile, whoever made it, under a name without a slash; it follows when that profile is switched."""
    answer = session_or_default(session).call(
        "profile-link",
        name=_arguments.text("name", name),
        profile=_arguments.path("profile", profile),
    )
    return _registered(answer["profile"])


def unlink_profile(name: str, *, session: Optional[Session] = None) -> Registered:
    """Take a name out of the registry, and leave what it led to alone."""
    answer = session_or_default(session).call("profile-unlink", name=_arguments.text("name", name))
    return _registered(answer["profile"])


def makeprofile(
    profile: _arguments.Path,
    artifacts: Sequence[Union[str, Artifact]],
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
        artifacts=artifact_ids("artifacts", artifacts),
        reason=_arguments.text_or_none("reason", reason),
    )
    return Generation(*(answer[name] for name in Generation._fields))


def makebuildprofile(spec: Mapping[str, Any], *, session: Optional[Session] = None) -> str:
    """The path of a temporary profile of all that a build spec imports. It stays as long as this process."""
    answer = session_or_default(session).call("makebuildprofile", spec=_arguments.mapping("spec", spec))
    return answer["path"]


def env(profile: _arguments.Path, *, session: Optional[Session] = None) -> Environment:
    """The variables that a profile sets, and the values that they have then."""
    answer = session_or_default(session).call("env", profile=_arguments.path("profile", profile))
    variables = {name: Variable(one["kind"], one["values"]) for name, one in answer["variables"].items()}
    return Environment(
        answer["profile"], answer["generation"], answer["path"], variables, answer["environment"]
    )
