"""An environment of packages: they are asked for by name, and come from the first provider that has them.

    env = PackageEnvironment(sources=[SystemPackageProvider("system"), SpkgPackageProvider("qsnake", "/path/spkgs")])
    petsc = env.pkgs.petsc(version="3.2", CFLAGS="-O2")

Nothing is looked for before a task graph is made.
"""
import os
from typing import Any, Callable, Dict, NamedTuple, Optional, Sequence, Tuple, Union

from . import _arguments
from .package import Package, PathIn, check_variable_name

__all__ = [
    "PackageEnvironment",
    "PyPIPackageProvider",
    "SpkgPackageProvider",
    "SystemPackageProvider",
    "WantedPackage",
]


class _System(NamedTuple):
    name: str


class _Spkgs(NamedTuple):
    name: str
    directory: str


class _Index(NamedTuple):
    name: str
    address: str


class SystemPackageProvider(_System):
    """Programs of this machine: gnu_compilers, python, and any other by its name; and libraries at a libpath=."""

    __slots__ = ()

    def __new__(cls, name: str) -> "SystemPackageProvider":
        return super().__new__(cls, _provider_name(name))


class SpkgPackageProvider(_Spkgs):
    """A directory of Sage's old packages: NAME-VERSION.spkg, a tar.bz2 with a script spkg-install."""

    __slots__ = ()

    def __new__(cls, name: str, directory: _arguments.Path) -> "SpkgPackageProvider":
        return super().__new__(cls, _provider_name(name), _arguments.path("directory", directory))


class PyPIPackageProvider(_Index):
    """A Python package index by its address: its JSON (https://HOST/pypi) or simple API (https://HOST/simple)."""

    __slots__ = ()

    def __new__(cls, name: str, address: str) -> "PyPIPackageProvider":
        text = _arguments.text("address", address)
        if not text.startswith(("http://", "https://")):
            raise ValueError(f"address: expected one that begins with https:// or http://, not {text!r}")
        return super().__new__(cls, _provider_name(name), text.rstrip("/"))


Provider = Union[SystemPackageProvider, SpkgPackageProvider, PyPIPackageProvider]


def _provider_name(name: str) -> str:
    if not _arguments.text("name", name):
        raise ValueError("name: expected a name of the provider, for from_=")
    return name


class WantedPackage(Package):
    """A package that was asked for by its name; which one that is, is found when a task graph is made."""

    __slots__ = ("name", "version", "from_", "sources", "dependencies", "variables", "libpath")

    def __init__(self, sources: Tuple[Provider, ...], name: str, wish: Dict[str, Any], common: Dict[str, Any]) -> None:
        version, from_ = wish.pop("version", None), wish.pop("from_", None)
        libpath = wish.pop("libpath", None)
        names = [one.name for one in sources]
        if from_ is not None and _arguments.text("from_", from_) not in names:
            raise ValueError(f"from_: there is no provider {from_!r}, but {', '.join(names)}")
        dependencies = {key: value for key, value in wish.items() if isinstance(value, Package)}
        variables = {key: value for key, value in wish.items() if key not in dependencies}
        self._set(
            name=name,
            version=_arguments.text_or_none("version", version),
            from_=from_,
            sources=sources,
            dependencies=tuple(sorted(dependencies.items())),
            variables=_checked_variables({**common, **variables}),
            libpath=_arguments.path_or_none("libpath", libpath),
        )

    def __repr__(self) -> str:
        return f"WantedPackage({self.name!r})"


def _checked_variables(variables: Dict[str, Any]) -> Tuple[Tuple[str, Any], ...]:
    checked = []
    for name, value in sorted(variables.items()):
        check_variable_name(name, "a package of an environment")
        if isinstance(value, (list, tuple)) and not isinstance(value, PathIn):
            checked.append((name, tuple(_arguments.texts(name, value))))
        else:
            checked.append((name, (_arguments.text(name, value),)))
    return tuple(checked)


class _Environment(NamedTuple):
    sources: Tuple[Provider, ...]
    variables: Tuple[Tuple[str, Any], ...]


class PackageEnvironment(_Environment):
    """Where packages come from, in order, and variables that all of their jobs get. It never changes: copy_with gives another one."""

    __slots__ = ()

    def __new__(cls, sources: Sequence[Provider], **variables: Any) -> "PackageEnvironment":
        if isinstance(sources, (str, bytes)) or not isinstance(sources, Sequence) or hasattr(sources, "_fields"):
            raise TypeError(f"sources: expected a list of providers, not {type(sources).__name__}")
        for number, one in enumerate(sources):
            if not isinstance(one, (SystemPackageProvider, SpkgPackageProvider, PyPIPackageProvider)):
                raise TypeError(f"sources[{number}]: expected a provider, not {type(one).__name__}")
            if one.name in [other.name for other in sources[:number]]:
                raise ValueError(f"sources[{number}]: there are two providers called {one.name!r}")
        return super().__new__(cls, tuple(sources), _checked_variables(variables))

    def __getnewargs_ex__(self) -> Tuple[Tuple[Any, ...], Dict[str, Any]]:  # type: ignore[override]
        return (self.sources,), dict(self.variables)

    def copy_with(self, **changes: Any) -> "PackageEnvironment":
        """Another environment that is like this one but for these arguments: sources=, and variables."""
        values: Dict[str, Any] = {"sources": self.sources, **dict(self.variables), **changes}
        return type(self)(**values)

    @property
    def pkgs(self) -> "Packages":
        """env.pkgs.NAME(version=..., from_="provider", other=package, CFLAGS=...) asks for the package NAME."""
        return Packages(self)


class Packages:
    """The packages of an environment, each a function by its name."""

    def __init__(self, environment: PackageEnvironment) -> None:
        self._environment = environment

    def __getattr__(self, name: str) -> Callable[..., WantedPackage]:
        if name.startswith("__"):
            raise AttributeError(name)
        return lambda **wish: WantedPackage(self._environment.sources, name, wish, dict(self._environment.variables))

    def __getitem__(self, name: str) -> Callable[..., WantedPackage]:
        """For names that are none of Python: env.pkgs["python-dateutil"](python=python)."""
        return self.__getattr__(_arguments.text("name", name))


def absolute(directory: str) -> str:
    """~ and what is relative, as who makes the graph means it."""
    return os.path.abspath(os.path.expanduser(directory))
