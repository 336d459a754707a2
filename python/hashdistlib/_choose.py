"""From packages that were asked for by name to those that are built: who has them, and what that is."""
import hashlib
import os
import re
import shutil
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ._described import in_order
from ._offered import highest, usage_error
from .environment import PyPIPackageProvider, SpkgPackageProvider, SystemPackageProvider, WantedPackage, absolute
from .package import BuiltPackage, DistutilsPackage, Package, PathIn, SpkgPackage, UseFromHostPackage, name_and_version, variable_prefix
from .session import Session


class _HostLibrary(Package):
    """A library of this machine, where it is."""

    __slots__ = ("libpath", "identity")

    def __init__(self, libpath: str, identity: str) -> None:
        self._set(libpath=libpath, identity=identity)


class _Found(NamedTuple):
    """Made of the wish when its dependencies are known."""

    make: Callable[[Dict[str, Any], Dict[str, Package], Dict[str, Package]], Package]


def concrete(packages: Sequence[Package], session: Session) -> List[Package]:
    """The same packages, without any that is only wanted."""
    chosen: Dict[int, Package] = {}
    offers = _Offers(session)
    for one in in_order(packages):
        if isinstance(one, WantedPackage):
            variables, build, run = _as_arguments(one.dependencies, chosen, dict(one.variables))
            chosen[id(one)] = offers.find(one).make(variables, build, run)
        elif isinstance(one, BuiltPackage):
            chosen[id(one)] = _rebuilt(one, chosen)
        else:
            chosen[id(one)] = one  # type: ignore[assignment]
    return [chosen[id(one)] for one in packages]


def _as_arguments(
    dependencies: Iterable[Tuple[str, Package]], chosen: Dict[int, Package], variables: Dict[str, Any]
) -> Tuple[Dict[str, Any], Dict[str, Package], Dict[str, Package]]:
    """Variables, build_deps and run_deps: all programs of a host's package, whatever it is called; libraries as flags."""
    build: Dict[str, Package] = {}
    run: Dict[str, Package] = {}
    for name, wanted in dependencies:
        one = chosen[id(wanted)]
        if isinstance(one, UseFromHostPackage):
            build.update({program: one for program in ([name] if name in one.programs else one.programs)})
        elif isinstance(one, _HostLibrary):
            prefix = variable_prefix(name)
            flags = variables.get("LDFLAGS", ())
            variables["LDFLAGS"] = (*((flags,) if isinstance(flags, str) else flags), "-L" + one.libpath)
            variables.update({prefix + "_LIBPATH": one.libpath, prefix + "_IDENTITY": one.identity})
        else:
            build[name] = run[name] = one
    return variables, build, run


def _rebuilt(one: BuiltPackage, chosen: Dict[int, Package]) -> BuiltPackage:
    """`one` with what its dependencies have become."""
    deps = (*one.build_deps, *one.run_deps)
    if all(chosen[id(dep)] is dep for _, dep in deps):
        return one

    def path_of(value: Any) -> Any:
        if isinstance(value, PathIn):
            return PathIn(chosen[id(value.package)], value.path)  # type: ignore[arg-type]
        return tuple(map(path_of, value)) if isinstance(value, tuple) else value

    given = {name: path_of(value) for name, value in one.variables}
    variables, build, _ = _as_arguments(((name, dep) for name, dep in one.build_deps), chosen, given)
    _, used, run = _as_arguments(((name, dep) for name, dep in one.run_deps), chosen, {})
    run.update({name: dep for name, dep in used.items() if isinstance(dep, UseFromHostPackage)})
    return one.copy_with(build_deps=build, run_deps=run, **variables)


class _Offers:
    """What providers have; each is asked for a name and version once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: Dict[Any, Optional[_Found]] = {}

    def find(self, wanted: WantedPackage) -> _Found:
        asked = [one for one in wanted.sources if wanted.from_ in (None, one.name)]
        for provider in asked:
            question = (provider, wanted.name, wanted.version, wanted.libpath)
            if question not in self._known:
                self._known[question] = self._ask(provider, wanted)
            found = self._known[question]
            if found is not None:
                return found
        version = f" {wanted.version}" if wanted.version is not None else ""
        raise usage_error("package.not-found", f"no package {wanted.name}{version} in {', '.join(one.name for one in asked)}")

    def _ask(self, provider: Any, wanted: WantedPackage) -> Optional[_Found]:
        if isinstance(provider, SystemPackageProvider):
            return self._of_system(wanted)
        if wanted.libpath is not None:  # only a machine has what lies at a path
            return None
        if isinstance(provider, SpkgPackageProvider):
            return _of_spkgs(provider, wanted)
        if self._session.offline:
            raise usage_error("package.offline", f"the package index {provider.address} is not asked for {wanted.name}: there is to be no network")
        return _of_index(provider, wanted)

    def _of_system(self, wanted: WantedPackage) -> Optional[_Found]:
        if wanted.libpath is not None:
            library = _HostLibrary(absolute(wanted.libpath), _identity_of_libraries(wanted))
            return _Found(lambda variables, build, run: library)
        names = ["gcc", "g++", *(["gfortran"] if shutil.which("gfortran") else [])] if wanted.name == "gnu_compilers" else [wanted.name]
        programs = UseFromHostPackage(names)
        if not all(shutil.which(programs.program(name)) for name in names):
            return None
        if wanted.version is not None:
            answer = self._session.call("host-tools", tools={name: programs.program(name) for name in names[:1]})
            identity = answer["tools"][names[0]]["identity"]
            if not re.search("[=:]" + re.escape(wanted.version) + r"([.:+~-]|\Z)", identity):
                return None
        return _Found(lambda variables, build, run: programs)


def _identity_of_libraries(wanted: WantedPackage) -> str:
    """The version that was said, and a digest of the libraries, so that other ones give another artifact."""
    folder = absolute(wanted.libpath or "")
    try:
        names = sorted(name for name in os.listdir(folder) if re.match(r"lib.*\.(a|so(\..*)?)\Z", name))
        digest = hashlib.sha256()
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                digest.update(f"{name}\0".encode(errors="surrogateescape") + hashlib.sha256(file.read()).digest())
    except OSError as error:
        raise usage_error("package.no-library", f"libpath of {wanted.name}: {error.filename}: {error.strerror}") from None
    if not names:
        raise usage_error("package.no-library", f"libpath of {wanted.name}: there is no library in {folder}")
    return f"{wanted.name} {wanted.version or '-'} {digest.hexdigest()}"


def _of_spkgs(provider: SpkgPackageProvider, wanted: WantedPackage) -> Optional[_Found]:
    folder = absolute(provider.directory)
    try:
        files = os.listdir(folder)
    except OSError as error:
        raise usage_error("package.no-folder", f"the folder of {provider.name}: {folder}: {error.strerror}") from None
    offered = {}
    for file in files:
        name, version = name_and_version(file)
        if file.endswith(".spkg") and name == wanted.name:
            offered[version or ""] = os.path.join(folder, file)
    path = highest(offered, wanted.version)
    if path is None:
        return None
    return _Found(lambda variables, build, run: SpkgPackage(path, build, run, name=wanted.name, **variables))


def _of_index(provider: PyPIPackageProvider, wanted: WantedPackage) -> Optional[_Found]:
    from ._index import find_archive

    archive = find_archive(provider, wanted.name, wanted.version)
    if archive is None:
        return None
    return _Found(
        lambda variables, build, run: DistutilsPackage(
            archive.url, build, run, key=archive.key, name=wanted.name, version=archive.version, **variables
        )
    )
