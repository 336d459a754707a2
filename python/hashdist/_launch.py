"""Finds the library as the program finds itself: in the config, at a place that only its user and root can write to."""
import grp
import importlib
import importlib.util
import json
import os
import pwd
import stat
import sys
import types
from typing import Iterator, List, Optional, Tuple

from . import _brand

LIBRARY = "hashdistlib"
KEYS = ("python-path", "python2-path")  # the second is the founding document's spelling


def load(package: str, file: str) -> types.ModuleType:
    """The library for the package of that name whose __init__ is `file`. Raises ImportError that says what to do."""
    path, origin = _configured()
    if path is not None:
        if not _has_library(path):
            raise ImportError(
                f"there is no Python package {LIBRARY} in {path}, which is the python-path of {origin}. "
                f"Name the folder lib/python of an installation there: {_set_command('FOLDER')}"
            )
    else:
        path = _standard_path(file)
    _check_trusted(os.path.join(path, LIBRARY, "__init__.py"))
    if package == "hashdist":
        if path in sys.path:
            sys.path.remove(path)
        sys.path.insert(0, path)
        return importlib.import_module(LIBRARY)
    return _load_own(package, path)


def alias_modules(package: str, library: types.ModuleType) -> None:
    """`import hashdist.sources` gives the module of the library, not a second one."""
    for name in library.__all__:
        if isinstance(getattr(library, name), types.ModuleType):
            sys.modules[package + "." + name] = getattr(library, name)


def _load_own(package: str, path: str) -> types.ModuleType:
    """A rebranded package has a library of its own, which may be of another version than that of hashdist beside it."""
    name = package + "._library"
    if name in sys.modules:
        return sys.modules[name]
    folder = os.path.join(path, LIBRARY)
    spec = importlib.util.spec_from_file_location(
        name, os.path.join(folder, "__init__.py"), submodule_search_locations=[folder]
    )
    module = importlib.util.module_from_spec(spec)
    module._given_brand = _brand  # before it runs
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _standard_path(file: str) -> str:
    """Where the library is when no config says it: beside this package, as a program without config is itself; else in the root."""
    standard = _expand(os.path.join(_brand.ROOT, "lib/python"), "/")
    depth = __package__.count(".") + 2
    places = []
    for beside in (os.path.abspath(file), os.path.realpath(file)):  # the package may be reached by a link
        for _ in range(depth):
            beside = os.path.dirname(beside)
        places.append(beside)
    for path in (*places, standard):
        if _has_library(path):
            return path
    raise ImportError(
        f"the Python package {LIBRARY} is neither beside this one ({places[0]}) nor in {standard}. "
        f"Install {_brand.PROGRAM}, or name the folder lib/python of an installation: {_set_command('FOLDER')}"
    )


def _has_library(path: str) -> bool:
    return os.path.isfile(os.path.join(path, LIBRARY, "__init__.py"))


def _set_command(folder: str) -> str:
    return f"{_brand.PROGRAM} config set {_brand.CONFIG_SECTION}.python-path {folder}"


def _configured() -> Tuple[Optional[str], str]:
    """The python-path of the config with where it says so; the path is None when it does not."""
    variable = _brand.ENV_PREFIX + "CONFIG"
    given = os.environ.get(variable, "")
    of_job = os.environ.get("HDIST_CONFIG", "")  # of whichever brand builds it
    if not given and of_job.startswith('{"home":'):
        variable, given = "HDIST_CONFIG", of_job
    if given.startswith("{"):
        return _from_json(given, "$" + variable), "$" + variable
    if given:
        path = os.path.abspath(given)
        if not os.path.exists(path):
            raise ImportError(f"there is no config file {path}, which ${_brand.ENV_PREFIX}CONFIG names")
        return _from_file(path) or None, path
    user = _expand(_brand.CONFIG_FILE, "/")
    if not os.path.exists(user):
        user = _expand(_brand.OLD_CONFIG_FILE, "/")
    for path in (user, _expand(_brand.SYSTEM_CONFIG_FILE, "/")):
        found = _from_file(path) if os.path.exists(path) else None
        if found:
            return found, path
    return None, user


def _from_json(text: str, name: str) -> Optional[str]:
    try:
        settings = json.loads(text)
        section = settings.get(_brand.CONFIG_SECTION) or settings.get("hashdist", {})
        values = [section[key] for key in KEYS if key in section]
    except (ValueError, AttributeError, TypeError) as error:
        raise ImportError(f"{name} is no configuration in JSON: {error}") from None
    if not values or values[0] == "":
        return None
    if not (isinstance(values[0], str) and values[0].startswith("/")):
        raise ImportError(f"{name}: python-path: expected an absolute path, found {values[0]!r}")
    return values[0]


def _from_file(path: str) -> Optional[str]:
    """Only this key; whether all else is well written, the library will see."""
    real = os.path.realpath(path)
    if real == os.devnull:
        return None
    problem = _why_untrusted(os.lstat(real))
    if problem:
        raise ImportError(f"the config file {path} is not followed: {problem}")
    with open(real, encoding="utf-8", errors="surrogateescape") as file:
        lines = file.read().splitlines()
    section = ""
    for line in (line.strip() for line in lines):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        key, equals, value = line.partition("=")
        if section == _brand.CONFIG_SECTION and equals and key.strip() in KEYS and value.strip():
            return _expand(value.strip(), os.path.dirname(real))
    return None


def _expand(path: str, base: str) -> str:
    if path == "~" or path.startswith("~/"):
        path = _home() + path[1:]
    return os.path.normpath(os.path.join(base, path))


def _home() -> str:
    for name in (_brand.ENV_PREFIX + "HOME", "HOME"):
        if os.environ.get(name):
            home = os.environ[name]
            if not home.startswith("/"):
                raise ImportError(f"${name} must be an absolute path, not {home!r}")
            return home.rstrip("/")
    return pwd.getpwuid(os.getuid()).pw_dir.rstrip("/")


def _check_trusted(path: str) -> None:
    """Refuses a library that another user may have written, or may put in the place of this one."""
    for one in _with_parents(path):
        info = os.lstat(one)
        is_sticky = stat.S_ISDIR(info.st_mode) and info.st_mode & stat.S_ISVTX and info.st_uid == 0
        problem = None if is_sticky else _why_untrusted(info)
        if problem:
            raise ImportError(
                f"the library {path} is not used: {one}: {problem}. Take the right to write away from others "
                f"(chmod go-w), or name another library: {_set_command('FOLDER')}"
            )


def _with_parents(path: str) -> Iterator[str]:
    seen: List[str] = []
    for start in (path, os.path.realpath(path)):
        while start not in seen:
            seen.append(start)
            yield start
            start = os.path.dirname(start)


def _why_untrusted(info: os.stat_result) -> Optional[str]:
    user = os.geteuid()
    if info.st_uid not in (0, user):
        return f"it belongs to user {info.st_uid}"
    if stat.S_ISLNK(info.st_mode):
        return None
    if info.st_mode & stat.S_IWOTH:
        return "everybody may write to it"
    if info.st_mode & stat.S_IWGRP and not _is_own_group(info.st_gid, user):
        return f"its group {info.st_gid} may write to it"
    return None


def _is_own_group(group: int, user: int) -> bool:
    """A group that is called like the user and has no other member: the user alone in other words."""
    try:
        entry, name = grp.getgrgid(group), pwd.getpwuid(user).pw_name
    except KeyError:
        return False
    return entry.gr_name == name and set(entry.gr_mem) <= {name}
