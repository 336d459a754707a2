"""A profile in Python, and the program around it:

    hashdist.command_line(hashdist.Profile([numpy]))        # python theprofile.py update ~/mystack
"""
import argparse
import json
import os
import sys
from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from . import _arguments
from ._graph import task_graph
from .errors import Error, RefusedError, UsageError
from .events import Event, LogLine, Message, TaskEvent
from .package import Package
from .session import Session, session_or_default
from .tasks import Run, runtasks

__all__ = ["Profile", "command_line", "profile"]


class _Members(NamedTuple):
    packages: Tuple[Package, ...]


class Profile(_Members):
    """The packages that one wants; what they need comes by itself. It never changes."""

    __slots__ = ()

    def __new__(cls, packages: Sequence[Package]) -> "Profile":
        if isinstance(packages, (str, bytes)) or not isinstance(packages, Sequence):
            raise TypeError(f"packages: expected a list of packages, not {type(packages).__name__}")
        for number, package in enumerate(packages):
            if not isinstance(package, Package):
                raise TypeError(f"packages[{number}]: expected a package, not {type(package).__name__}")
        return super().__new__(cls, tuple(packages))

    def tasks(self, path: Optional[_arguments.Path] = None, *, session: Optional[Session] = None) -> Dict[str, Any]:
        """The task graph (tasks.json). Sources without a key are fetched, to know their keys."""
        profile = os.path.abspath(_arguments.path("path", path)) if path is not None else ""
        return task_graph(self.packages, profile, session_or_default(session))

    def update(
        self, path: _arguments.Path, *, dry_run: bool = False, session: Optional[Session] = None
    ) -> Run:
        """Build what is missing, make the profile and switch the link `path` to it. A failure is an UpdateError, and changes nothing."""
        session = session_or_default(session)
        return runtasks(self.tasks(_arguments.path("path", path), session=session), dry_run=dry_run, session=session)


def profile(packages: Sequence[Package]) -> Profile:
    """The Profile of these packages."""
    return Profile(packages)


def command_line(profile: Profile, arguments: Optional[Sequence[str]] = None) -> None:
    """The program around a profile; ends it with the exit code: 0, 1 work failed, 2 wrong usage, 3 refused, 130 interrupted."""
    if not isinstance(profile, Profile):
        raise TypeError(f"profile: expected a Profile, not {type(profile).__name__}")
    given = _parser().parse_args(None if arguments is None else _arguments.texts("arguments", arguments))
    if given.command is None:
        _parser().print_help(sys.stderr)
        sys.exit(2)
    try:
        with Session(given.config, jobs=given.jobs, on_event=_show_verbosely if given.verbose else _show) as session:
            given.action(profile, given, session)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; what was finished is kept, the next run goes on from there\n")
        sys.exit(130)
    except Error as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2 if isinstance(error, UsageError) else 3 if isinstance(error, RefusedError) else 1)
    sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Makes the profile that this program describes.")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--config", metavar="FILE", help="settings from this file alone")
    common.add_argument("--jobs", "-j", metavar="N", type=int, help="processors to use for builds")
    common.add_argument("--verbose", "-v", action="store_true", help="show what builds print")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    update = commands.add_parser("update", parents=[common], help="build what is missing, then switch the profile")
    update.add_argument("path", metavar="PATH", help="the profile, a link that is made or switched")
    update.add_argument("--dry-run", "-n", action="store_true", help="only say what would be built")
    update.set_defaults(action=_update)
    tasks = commands.add_parser("tasks", parents=[common], help="print the task graph (tasks.json)")
    tasks.set_defaults(action=_tasks)
    return parser


def _update(profile: Profile, given: argparse.Namespace, session: Session) -> None:
    run = profile.update(os.path.expanduser(given.path), dry_run=given.dry_run, session=session)
    if given.dry_run:
        planned = [task["id"] for task in run.tasks if task["id"] is not None and task["state"] == "planned"]
        print("\n".join(f"would build {one}" for one in planned) or "nothing to build")
        return
    made = run.profiles[0]
    work = f"{run.count('built')} built, {run.count('present')} already there"
    if made.changed:
        print(f"{made.profile} is ready: generation {made.generation} ({work})")
    else:
        print(f"nothing to do: {made.profile} is up to date (generation {made.generation})")


def _tasks(profile: Profile, given: argparse.Namespace, session: Session) -> None:
    print(json.dumps(profile.tasks(session=session), indent=2))


_VERBS = {"build": "building {}", "fetch": "fetching {}", "command": "running {}", "profile": "making the profile"}


def _show(event: Event) -> None:
    """Sober lines, as the program has them."""
    lines: List[str] = []
    if isinstance(event, Message) and event.level in ("notice", "warning"):
        lines.append(event.text)
    elif isinstance(event, TaskEvent) and event.state == "started":
        lines.append(_VERBS.get(event.kind, event.kind + " {}").format(event.name))
    elif isinstance(event, TaskEvent) and event.state == "failed":
        lines.append(f"failed {event.name} ({event.detail})")
    for line in lines:
        sys.stderr.write(line + "\n")


def _show_verbosely(event: Event) -> None:
    if isinstance(event, LogLine):
        sys.stderr.write(f"{event.name}: {event.text}\n")
    else:
        _show(event)
