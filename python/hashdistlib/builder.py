"""The builder: one build spec, its id and its artifact. It never builds or fetches anything else."""
from typing import Any, Mapping, Optional

from . import _arguments
from .errors import BuildError, BuildFailure
from .session import Session, session_or_default
from .store import Artifact

__all__ = ["build", "hash_spec"]


def build(spec: Mapping[str, Any], *, session: Optional[Session] = None) -> Artifact:
    """Build a spec, or find its artifact. What it imports and its sources must be there. Raises BuildError."""
    answer = session_or_default(session).call("build", spec=_arguments.mapping("spec", spec))
    if answer["failure"] is not None:
        raise BuildError(BuildFailure.from_json(answer["failure"]))
    return Artifact(answer["id"], answer["path"])


def hash_spec(spec: Mapping[str, Any], *, session: Optional[Session] = None) -> str:
    """The id that the artifact of a spec has; needs no store."""
    return session_or_default(session).call("hash", spec=_arguments.mapping("spec", spec))["id"]
