"""What goes wrong, as exceptions: each has a stable code, the facts and advice."""
import shlex
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ._brand import PROGRAM

__all__ = ["Advice", "BuildError", "BuildFailure", "Cancelled", "Error", "RefusedError", "UpdateError", "UsageError"]


class Advice(NamedTuple):
    """What to do next: a command of the program when there is a verb, else the text alone."""

    text: str
    verb: Optional[str]
    args: List[str]

    def __str__(self) -> str:
        """
        >>> str(Advice("fetch it first", "fetch", ["my file"]))
        "fetch it first: hdist fetch 'my file'"
        """
        if self.verb is None:
            return self.text
        command = " ".join([PROGRAM, self.verb, *map(shlex.quote, self.args)])
        return f"{self.text}: {command}" if self.text else command


class Error(Exception):
    """The operation cannot go on.

    `code` is stable text for programs ("source.hash-mismatch"), `tasks` what was being done (innermost first), `facts` all that
    the library said.
    """

    def __init__(self, facts: Dict[str, Any]) -> None:
        self.facts = facts
        self.code: str = facts["code"]
        self.message: str = facts["message"]
        self.tasks: List[str] = list(facts.get("while", []))
        self.advice = [Advice(one["text"], one["verb"], list(one["args"])) for one in facts.get("advice", [])]
        super().__init__(facts)

    def __str__(self) -> str:
        """
        >>> print(Error({"code": "x.y", "message": "no artifact is called 'z'", "while": ["resolving"], "advice": []}))
        no artifact is called 'z'
          while resolving
        """
        lines = [self.message, *("  while " + task for task in self.tasks)]
        return "\n".join(lines + [f"  -> {advice}" for advice in self.advice])


class UsageError(Error):
    """A wrong request, document or setting."""


class RefusedError(Error):
    """Refused for safety."""


class Cancelled(Error):
    """The session was cancelled. What was finished is kept; the next run goes on from there."""


class BuildFailure(NamedTuple):
    """Why a build failed, and where its log and directory are."""

    id: str
    code: str
    stage: Optional[str]
    reason: str
    command: Optional[str]
    first_error: Optional[str]
    last_lines: List[str]
    log: Optional[str]
    build_directory: Optional[str]

    @classmethod
    def from_json(cls, value: Dict[str, Any]) -> "BuildFailure":
        return cls(**{name: value.get(name) for name in cls._fields})

    def __str__(self) -> str:
        lines = [f"{self.id} could not be built: {self.reason}" + (f" in stage {self.stage}" if self.stage else "")]
        named = (("first error", self.first_error), ("whole log", self.log), ("kept", self.build_directory))
        return "\n".join(lines + [f"  {name}: {value}" for name, value in named if value])


class BuildError(Error):
    """A build failed: `failure` says why."""

    def __init__(self, failure: BuildFailure) -> None:
        self.failure = failure
        super().__init__({"code": failure.code, "message": str(failure), "facts": failure._asdict()})

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self.failure,)


class UpdateError(Error):
    """Some tasks of an update failed: `failed` has the JSON of each of them (docs/json-output.md)."""

    def __init__(self, failed: List[Dict[str, Any]]) -> None:
        self.failed = failed
        super().__init__({"code": "update.failed", "message": "\n".join(map(_task_text, failed)), "tasks": failed})

    def __reduce__(self) -> Tuple[Any, ...]:
        return type(self), (self.failed,)


def _task_text(task: Dict[str, Any]) -> str:
    if task["failure"]:
        return str(BuildFailure.from_json(task["failure"]))
    return f"{task['task']}: {task['reason']}"


_KINDS = {"usage": UsageError, "refused": RefusedError, "interrupted": Cancelled}


def error_of(facts: Dict[str, Any]) -> Error:
    """The exception for an error of the library."""
    return _KINDS.get(facts.get("kind", ""), Error)(facts)
