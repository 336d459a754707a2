"""Packages to a task graph: sources are fetched where their keys are not known, the rest is said, not done."""
import os
from typing import Any, Dict, Iterator, List, Sequence, Tuple

from ._choose import concrete
from ._described import in_order
from .package import (
    BuiltPackage,
    Package,
    UseFromHostPackage,
    checked_commands,
    is_source_key,
    program_variable,
    variable_prefix,
    variable_text,
)
from .session import Session
from .sources import fetch


def task_graph(wanted: Sequence[Package], profile: str, session: Session) -> Dict[str, Any]:
    """tasks.json: everything that the packages need, and the profile of them. What is of the host is there already."""
    packages = [one for one in concrete(wanted, session) if isinstance(one, BuiltPackage)]
    names = _task_names(packages)
    tools = _HostTools([*names], session)
    tasks: Dict[str, Any] = {}
    for package in names:
        key = _key(package, session)
        tasks.setdefault("fetch:" + key, {"type": "fetch", "candidates": [{"url": _address(package.url), "key": key}]})
        tasks[names[package]] = {"type": "build", "spec": _spec(package, key, names, tools)}
    if profile:
        members = list(dict.fromkeys("$" + names[package] for package in packages))
        tasks["profile"] = {"type": "profile", "path": profile, "members": members}
    return {"version": 1, "tasks": tasks}


def _task_names(packages: Sequence[BuiltPackage]) -> Dict[BuiltPackage, str]:
    """Every package that is needed, dependencies first, each with a name of its own."""
    names: Dict[BuiltPackage, str] = {}
    taken: Dict[str, int] = {}
    for package in in_order(packages, needed_by=_needs):
        if package in names:  # one that is equal
            continue
        taken[package.name] = taken.get(package.name, 0) + 1
        number = taken[package.name]
        names[package] = f"build:{package.name}" + (f":{number}" if number > 1 else "")
    return names


def _needs(package: Package) -> List[Package]:
    return [one for _, one in (*package.build_deps, *package.run_deps) if isinstance(one, BuiltPackage)]


def _key(package: BuiltPackage, session: Session) -> str:
    """What the source is; looked at, unless the package says it in full."""
    return package.key if is_source_key(package.key) else fetch(package.url, package.key, session=session).key


def _address(url: str) -> str:
    """A path so that it means the same wherever the graph is done.

    >>> _address("https://example.org/x.tar.gz")
    'https://example.org/x.tar.gz'
    >>> _address("git@example.org:x") + " " + os.path.relpath(_address("here/x.tar.gz"))
    'git@example.org:x here/x.tar.gz'
    """
    return url if ":" in url.split("/", 1)[0] else os.path.abspath(url)


def _used_of_host(package: BuiltPackage) -> Dict[str, str]:
    """Name in the package -> program to look for."""
    used = {name: name for name in package.host_tools}
    for name, one in (*package.build_deps, *package.run_deps):
        if isinstance(one, UseFromHostPackage):
            used[name] = one.program(name)
    return used


class _HostTools:
    """All of the host that any package uses, looked up at once."""

    def __init__(self, packages: Sequence[BuiltPackage], session: Session) -> None:
        programs = {program for package in packages for program in _used_of_host(package).values()}
        answer = session.call("host-tools", tools={program: program for program in sorted(programs)})
        self.platform: Dict[str, str] = answer["platform"]
        self.search_path: str = answer["search_path"]
        self._tools = answer["tools"]

    def program(self, name: str) -> str:
        return self._tools[name]["program"]

    def identity(self, name: str) -> str:
        return self._tools[name]["identity"]


def _spec(package: BuiltPackage, key: str, names: Dict[BuiltPackage, str], tools: _HostTools) -> Dict[str, Any]:
    imported = [(name, one) for name, one in package.build_deps if isinstance(one, BuiltPackage)]
    spec: Dict[str, Any] = {"name": package.name}
    if package.version is not None:
        spec["version"] = package.version
    spec.update(
        platform=tools.platform,
        toolchain={name: tools.identity(program) for name, program in sorted(_used_of_host(package).items())},
        sources=[{"key": key, "target": "."}],
        build={
            "import": [{"id": "$" + names[one], "ref": variable_prefix(name)} for name, one in imported],
            "commands": [*_environment(package, imported, tools), *checked_commands(package)],
        },
        run=sorted({"$" + names[one] for _, one in package.run_deps if isinstance(one, BuiltPackage)}),
    )
    return spec


def _environment(
    package: BuiltPackage, imported: Sequence[Tuple[str, BuiltPackage]], tools: _HostTools
) -> Iterator[Dict[str, Any]]:
    yield {"set": "PATH", "nohash_value": tools.search_path}
    for name, program in sorted(_used_of_host(package).items()):
        variable = program_variable(name)
        if variable is not None:
            yield {"set": variable, "nohash_value": tools.program(program)}
    for variable, value in package.variables:
        yield {"set": variable, "value": variable_text(package, value)}
    # Padded run paths, which post-processing rewrites in place; linkers that are given -rpath ignore LD_RUN_PATH.
    yield {"append_flag": "LDFLAGS", "value": "-Wl,-rpath,${LD_RUN_PATH}"}
    for name, _ in imported:
        folder = "${" + variable_prefix(name) + "_DIR}"
        if name == "python":
            yield {"set": "PYTHON", "value": folder + "/bin/python3"}
        yield {"prepend_path": "PATH", "value": folder + "/bin"}
        yield {"append_flag": "CPPFLAGS", "value": "-I" + folder + "/include"}
        yield {"append_flag": "LDFLAGS", "value": "-L" + folder + "/lib"}
        yield {"prepend_path": "PKG_CONFIG_PATH", "value": folder + "/lib/pkgconfig"}
