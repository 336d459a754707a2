"""hashdist: software stacks, hash-addressed and relocatable, without root.

Each component is a module: sources, store, builder, profiles, tasks, stacks, config. Their functions are here too.
"""
from . import builder, config, errors, events, profiles, session, sources, stacks, store, tasks
from .builder import build, hash_spec
from .errors import BuildError, Cancelled, Error, RefusedError, UpdateError, UsageError
from .profiles import env, makeprofile
from .session import Session
from .sources import fetch, unpack
from .stacks import compile_stack, update
from .store import resolve
from .tasks import runtasks

__all__ = [
    "BuildError",
    "Cancelled",
    "Error",
    "RefusedError",
    "Session",
    "UpdateError",
    "UsageError",
    "build",
    "builder",
    "compile_stack",
    "config",
    "env",
    "errors",
    "events",
    "fetch",
    "hash_spec",
    "makeprofile",
    "profiles",
    "resolve",
    "runtasks",
    "session",
    "sources",
    "stacks",
    "store",
    "tasks",
    "unpack",
    "update",
]

__version__ = "0.1.0"
