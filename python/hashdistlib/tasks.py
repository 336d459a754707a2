"""Task graphs (tasks.json): what any front end may write, run in parallel."""
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from . import _arguments
from .errors import UpdateError
from .profiles import Generation
from .session import Session, session_or_default

__all__ = ["Run", "runtasks"]


class Run(NamedTuple):
    """What a run did. tasks: docs/json-output.md; profiles: those of the graph, none in a dry run or with only, fetch_only."""

    tasks: List[Dict[str, Any]]
    profiles: List[Generation]

    def count(self, state: str) -> int:
        """Builds in that state: "built", "present", "planned"."""
        return sum(1 for task in self.tasks if task["id"] is not None and task["state"] == state)


def runtasks(
    graph: Mapping[str, Any],
    *,
    only: Sequence[str] = (),
    dry_run: bool = False,
    fetch_only: bool = False,
    session: Optional[Session] = None
) -> Run:
    """Fetch and build what a graph says, then make its profiles. What is there already is left; a failure is an UpdateError.

    only: these build tasks, and what they need.
    """
    answer = session_or_default(session).call(
        "runtasks",
        graph=_arguments.mapping("graph", graph),
        only=_arguments.texts("only", only),
        dry_run=_arguments.flag("dry_run", dry_run),
        fetch_only=_arguments.flag("fetch_only", fetch_only),
    )
    if not answer["ok"] and not dry_run:
        raise UpdateError([task for task in answer["tasks"] if task["state"] == "failed"])
    profiles = [Generation(*(one[name] for name in Generation._fields)) for one in answer["profiles"]]
    return Run(answer["tasks"], profiles)
