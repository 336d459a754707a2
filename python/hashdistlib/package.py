"""Packages as Python objects: lazy, immutable, and together a graph. Nothing is fetched or built until a profile is updated.

A package names others as its dependencies, each under a name of its choice:

    from_host = package.UseFromHostPackage(["gcc", "make"])
    zlib = package.ConfigureMakeInstallPackage("https://.../zlib-1.3.tar.gz", build_deps=dict(gcc=from_host, make=from_host))

An artifact is found in the job as $ZLIB_DIR when its name there is `zlib`. Programs of the host are not copied or linked: a build may use those
that it names, and which package they are of (dpkg/gcc-12=...) goes into its hash, as `toolchain` of docs/hash-rules.md.
"""
import posixpath
import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from . import _arguments, _commands
from ._described import Described
from .sources import AnySource, source_key_or_none

__all__ = [
    "BuiltPackage",
    "ConfigureMakeInstallPackage",
    "DistutilsPackage",
    "Package",
    "PathIn",
    "SpkgPackage",
    "UseFromHostPackage",
]

Variable = Union[str, "PathIn", Tuple[Union[str, "PathIn"], ...]]

# What a name of the founding document is on the machines of today.
_HOST_PROGRAMS = {"python": "python3"}
# Variables that say which program it is.
_PROGRAM_VARIABLES = {
    "bash": "CONFIG_SHELL",
    "cc": "CC",
    "clang": "CC",
    "clang++": "CXX",
    "cxx": "CXX",
    "fc": "FC",
    "g++": "CXX",
    "gcc": "CC",
    "gfortran": "FC",
    "python": "PYTHON",
}
# Source keys, as docs/source-format.md has them; the last of 52 characters says one bit.
_KEY = re.compile(
    r"(targz|tar\.gz|tar\.bz2|tar\.xz|tar\.zst|tar|zip|file|files|dir):([a-z2-7]{32}|[a-z2-7]{51}[aq])\Z|git:[0-9a-f]{40}\Z"
)
_DIGEST = re.compile(r"sha256:[0-9a-fA-F]{64}\Z|sha256-[A-Za-z0-9+/]{43}=\Z")
_LONGEST_VERSION = 200
_ARCHIVE_ENDS = (".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tb2", ".tar.xz", ".txz", ".tar.zst", ".tar", ".zip", ".spkg", ".git")


class Package(Described):
    """Describes a package. It never changes; equal descriptions are equal, and are built once."""

    __slots__ = ()


class UseFromHostPackage(Package):
    """Programs of this machine, found when a build that names them is hashed.

    >>> UseFromHostPackage(["gcc", "make"])
    UseFromHostPackage(['gcc', 'make'])
    """

    __slots__ = ("programs",)

    def __init__(self, programs: Sequence[str]) -> None:
        names = _arguments.texts("programs", programs)
        for number, name in enumerate(names):
            if not name or "/" in name:
                raise ValueError(f"programs[{number}]: expected the name of a program, not {name!r}")
        self._set(programs=tuple(names))

    def program(self, name: str) -> str:
        """What to look for on the host for the name of a dependency."""
        if _arguments.text("name", name) not in self.programs:
            raise ValueError(f"{name}: not one of the programs {', '.join(self.programs)} of this UseFromHostPackage")
        return _HOST_PROGRAMS.get(name, name)

    def __repr__(self) -> str:
        return f"UseFromHostPackage({list(self.programs)!r})"


class PathIn(NamedTuple):
    """A path in the artifact of a package, known when that is built."""

    package: "BuiltPackage"
    path: str


class BuiltPackage(Package):
    """A package that is built from the source at an address. What is done in its job, its classes say.

    url: an archive, a directory or a git repository; a relative path starts at the current directory of who makes the task graph.
    key: what it is expected to be. name, version: as the address says, unless given. build_deps, run_deps: name -> package. What
    begins with a capital letter is a variable of the job: a text, a list (joined by blanks), or paths in build dependencies:
    ATLAS=atlas.path("lib").
    """

    __slots__ = ("url", "key", "name", "version", "build_deps", "run_deps", "variables")
    host_tools: Tuple[str, ...] = ()  # what its commands use of the host beside what it is given

    def __init__(
        self,
        url: _arguments.Path,
        build_deps: Optional[Mapping[str, Package]] = None,
        run_deps: Optional[Mapping[str, Package]] = None,
        *,
        key: Optional[AnySource] = None,
        name: Optional[str] = None,
        version: Optional[str] = None,
        **variables: Union[str, PathIn, Sequence[Union[str, PathIn]]]
    ) -> None:
        address = _arguments.path("url", url)
        found_name, found_version = name_and_version(address)
        self._set(
            url=address,
            key=_checked_key(source_key_or_none("key", key)),
            name=_checked_name(found_name if name is None else _arguments.text("name", name), address),
            version=_checked_version(found_version if version is None else _arguments.text("version", version)),
            build_deps=_checked_deps("build_deps", build_deps),
            run_deps=_checked_deps("run_deps", run_deps),
        )
        self._set(variables=tuple(sorted((one, self._checked(one, value)) for one, value in variables.items())))
        checked_commands(self)  # a mistake there is said here, not when it is built

    def copy_with(self, **changes: Any) -> "BuiltPackage":
        """Another package that is like this one but for these arguments."""
        values: Dict[str, Any] = dict(self.variables)
        values.update(
            url=self.url,
            build_deps=dict(self.build_deps),
            run_deps=dict(self.run_deps),
            key=self.key,
            name=self.name,
            version=self.version,
        )
        values.update(changes)
        return type(self)(**values)

    def path(self, inside: str) -> PathIn:
        """A path in its artifact, for a variable of a package that has it among its build_deps."""
        return PathIn(self, _arguments.text("inside", inside))

    def commands(self) -> List[Dict[str, Any]]:
        """What its job does after its environment is set, in the language of docs/job-language.md. Called more than once."""
        raise TypeError(f"{type(self).__name__} must say what its job does: define commands()")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def _checked(self, name: str, value: Any) -> Variable:
        check_variable_name(name, type(self).__name__)
        if isinstance(value, (list, tuple)) and not isinstance(value, PathIn):
            return tuple(self._checked_item(f"{name}[{number}]", item) for number, item in enumerate(value))
        return self._checked_item(name, value)

    def _checked_item(self, name: str, value: Any) -> Union[str, "PathIn"]:
        if isinstance(value, PathIn):
            _arguments.text(f"{name}.path", value.path)
            if value.package not in [package for _, package in self.build_deps]:
                raise ValueError(f"{name}: {value.package!r} is not among the build_deps of {self!r}")
            return value
        if not isinstance(value, str):
            raise TypeError(f"{name}: expected a str, a path in a package or a list of these, not {type(value).__name__}")
        return _arguments.text(name, value)


def check_variable_name(name: str, of: str) -> None:
    if not re.match(r"[A-Z_][A-Za-z0-9_]*\Z", name):
        raise TypeError(f"{name}: no argument of {of}; variables of the job begin with a capital letter")
    _commands.check_variable(name, name)


def checked_commands(package: BuiltPackage) -> List[Dict[str, Any]]:
    return _commands.checked(f"{type(package).__name__}.commands()", package.commands())


def _checked_deps(argument: str, deps: Optional[Mapping[str, Package]]) -> Tuple[Tuple[str, Package], ...]:
    if deps is None:
        return ()
    if not isinstance(deps, Mapping):
        raise TypeError(f"{argument}: expected a dict of names and packages, not {type(deps).__name__}")
    names: Dict[str, str] = {}  # by what the variables of the job begin with
    for name, package in deps.items():
        _arguments.text(f"a name in {argument}", name)
        if isinstance(package, UseFromHostPackage):
            package.program(name)
        elif isinstance(package, Package):
            _check_prefix(f"{argument}[{name!r}]", variable_prefix(name), names)
            names[variable_prefix(name)] = name
        else:
            raise TypeError(f"{argument}[{name!r}]: expected a package, not {type(package).__name__}")
    return tuple(sorted(deps.items(), key=lambda item: item[0]))


def _check_prefix(argument: str, prefix: str, names: Mapping[str, str]) -> None:
    if not re.match(r"[A-Z_]", prefix):
        raise ValueError(f"{argument}: the job could not say ${{{prefix}_DIR}}; give it a name that begins with a letter")
    if prefix in names:
        raise ValueError(f"{argument}: in the job it would be called {prefix}_DIR, and so would {names[prefix]!r}")


def _checked_key(key: Optional[str]) -> Optional[str]:
    if key is not None and not _KEY.match(key) and not _DIGEST.match(key):
        raise ValueError(f"key: expected a source key such as tar.gz:DIGEST or a sha256, not {key!r}")
    return key


def is_source_key(key: Optional[str]) -> bool:
    """Not only a digest of bytes, which leaves open what they are."""
    return key is not None and _KEY.match(key) is not None


def _checked_name(name: str, url: str) -> str:
    if not re.match(r"[A-Za-z0-9_+][A-Za-z0-9_+-]{0,99}\Z", name) or name == "roots":
        raise ValueError(f"name: {name!r} cannot be the name of a package; give another for {url}")
    return name


def _checked_version(version: Optional[str]) -> Optional[str]:
    if version is None:
        return None
    starts_well = re.match(r"[A-Za-z0-9_+-]", version)
    if not starts_well or not version.isprintable() or len(version.encode()) > _LONGEST_VERSION:
        raise ValueError(
            f"version: {version!r} cannot be a version: 1 to {_LONGEST_VERSION} printable characters, "
            "the first a letter, a digit, '_', '+' or '-'"
        )
    return version


def name_and_version(url: str) -> Tuple[str, Optional[str]]:
    """
    >>> name_and_version("https://example.org/zlib-1.3.1.tar.gz?raw=1")
    ('zlib', '1.3.1')
    >>> name_and_version("https://example.org/numpy.git")
    ('numpy', None)
    """
    base = posixpath.basename(re.sub(r"[?#].*", "", url).rstrip("/"))
    for end in _ARCHIVE_ENDS:
        if base.endswith(end):
            base = base[: -len(end)]
            break
    found = re.match(r"(.+?)[-_]v?(\d[\w.+~-]*)\Z", base)
    return (found.group(1), found.group(2)) if found else (base, None)


class ConfigureMakeInstallPackage(BuiltPackage):
    """./configure --prefix=..., make, make install; then its libraries are made relocatable."""

    __slots__ = ()
    host_tools = ("make",)

    def commands(self) -> List[Dict[str, Any]]:
        return [
            {"cmd": ["./configure", "--prefix=${ARTIFACT}"], "nohash_stage": "configure"},
            {"cmd": ["make"], "nohash_stage": "make"},
            {"cmd": ["make", "install"], "nohash_stage": "install"},
            {"hdist": ["build-postprocess", *_RELOCATABLE], "nohash_stage": "postprocess"},
        ]


class DistutilsPackage(BuiltPackage):
    """python setup.py install --prefix=...; `python` must be among its build_deps. A profile finds its modules by PYTHONPATH."""

    __slots__ = ()

    def __init__(self, *args: Any, **variables: Any) -> None:
        super().__init__(*args, **variables)
        if "python" not in dict(self.build_deps):
            raise ValueError(f"build_deps: {self!r} needs a package called python there, to run its setup.py")

    def commands(self) -> List[Dict[str, Any]]:
        install = ["${PYTHON}", "setup.py", "install", "--root=/", "--prefix=${ARTIFACT}"]
        return [
            {"cmd": install, "nohash_stage": "install"},
            {"cmd": ["${PYTHON}", "$in0"], "inputs": [{"text": _FIND_MODULES}], "nohash_stage": "find-modules"},
            {"hdist": ["build-postprocess", *_RELOCATABLE], "nohash_stage": "postprocess"},
        ]


class SpkgPackage(BuiltPackage):
    """One of Sage's old packages: its script spkg-install puts it into $SAGE_LOCAL."""

    __slots__ = ()
    host_tools = ("bash", "make")

    def commands(self) -> List[Dict[str, Any]]:
        return [
            {"set": "SAGE_LOCAL", "value": "${ARTIFACT}"},
            {"cmd": ["bash", "spkg-install"], "nohash_stage": "spkg-install"},
            {"hdist": ["build-postprocess", *_RELOCATABLE], "nohash_stage": "postprocess"},
        ]


_RELOCATABLE = ["--relative-rpath", "--relative-symlinks", "--remove-libtool"]

# Where a Python installs modules below a prefix is its own affair, so what was installed is looked at.
_FIND_MODULES = [
    "import json, os",
    "top = os.environ['ARTIFACT']",
    "folders = sorted(os.path.relpath(os.path.join(here, name), top) for here, names, _ in os.walk(top)",
    "                 for name in names if name in ('site-packages', 'dist-packages'))",
    "path = ['$PROFILE/' + folder for folder in folders]",
    "with open(os.path.join(top, 'install.json'), 'w') as file:",
    "    json.dump({'environment': {'PYTHONPATH': {'path': path}} if path else {}}, file)",
]


def variable_prefix(name: str) -> str:
    """
    >>> variable_prefix("gtk+-3")
    'GTK__3'
    """
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def variable_text(package: BuiltPackage, value: Variable) -> str:
    """As the job language says it."""
    if isinstance(value, PathIn):
        name = next(name for name, one in package.build_deps if one == value.package)
        return f"${{{variable_prefix(name)}_DIR}}/{value.path}"
    return value if isinstance(value, str) else " ".join(variable_text(package, item) for item in value)


def program_variable(name: str) -> Optional[str]:
    """The variable that tells a build which program of the host it is."""
    return _PROGRAM_VARIABLES.get(name)
