"""hashdist: software stacks, hash-addressed and relocatable, without root.

Each component is a module: sources, store, builder, profiles, tasks, stacks, config. Their functions are here too. Packages and
profiles in Python: package, Profile, command_line.
"""
from . import builder, config, environment, errors, events, package, profiles, program, session, sources, stacks, store, tasks
from .builder import build, hash_spec
from .config import settings
from .environment import PackageEnvironment, PyPIPackageProvider, SpkgPackageProvider, SystemPackageProvider
from .errors import BuildError, Cancelled, Error, RefusedError, UpdateError, UsageError
from .profiles import env, link_profile, makebuildprofile, makeprofile, registered_profiles, unlink_profile
from .program import Profile, command_line, profile
from .session import Session
from .sources import bundle, collect_sources, fetch, list_sources, remove_sources, unpack, verify_sources
from .stacks import compile_stack, update
from .store import resolve
from .tasks import runtasks

__all__ = [
    "BuildError",
    "Cancelled",
    "Error",
    "PackageEnvironment",
    "Profile",
    "PyPIPackageProvider",
    "RefusedError",
    "Session",
    "SpkgPackageProvider",
    "SystemPackageProvider",
    "UpdateError",
    "UsageError",
    "build",
    "builder",
    "bundle",
    "collect_sources",
    "command_line",
    "compile_stack",
    "config",
    "env",
    "environment",
    "errors",
    "events",
    "fetch",
    "hash_spec",
    "link_profile",
    "list_sources",
    "makebuildprofile",
    "makeprofile",
    "package",
    "profile",
    "profiles",
    "program",
    "registered_profiles",
    "remove_sources",
    "resolve",
    "runtasks",
    "session",
    "settings",
    "sources",
    "stacks",
    "store",
    "tasks",
    "unlink_profile",
    "unpack",
    "update",
    "verify_sources",
]

__version__ = "0.1.0"
