"""hashdist: software stacks, hash-addressed and relocatable, without root.

Each component is a module: sources, store, builder, profiles, tasks, stacks, config. Their functions are here too. Packages and
profiles in Python: package, Profile, command_line.
"""
from . import builder, config, errors, events, package, profiles, program, session, sources, stacks, store, tasks
from .builder import build, hash_spec
from .errors import BuildError, Cancelled, Error, RefusedError, UpdateError, UsageError
from .profiles import env, link_profile, makeprofile, registered_profiles, unlink_profile
from .program import Profile, command_line
from .session import Session
from .sources import fetch, unpack
from .stacks import compile_stack, update
from .store import resolve
from .tasks import runtasks

__all__ = [
    "BuildError",
    "Cancelled",
    "Error",
    "Profile",
    "RefusedError",
    "Session",
    "UpdateError",
    "UsageError",
    "build",
    "builder",
    "command_line",
    "compile_stack",
    "config",
    "env",
    "errors",
    "events",
    "fetch",
    "hash_spec",
    "link_profile",
    "makeprofile",
    "package",
    "profiles",
    "program",
    "registered_profiles",
    "resolve",
    "runtasks",
    "session",
    "sources",
    "stacks",
    "store",
    "tasks",
    "unlink_profile",
    "unpack",
    "update",
]

__version__ = "0.1.0"
