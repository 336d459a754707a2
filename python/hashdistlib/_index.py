"""A Python package index, by its JSON or its simple API. Loaded when one is asked: its modules of HTTP and HTML take long to load."""
import html.parser
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ._offered import highest, usage_error
from .environment import PyPIPackageProvider
from .package import name_and_version

_SECONDS_FOR_AN_INDEX = 60
_LARGEST_PAGE = 64 * 1024 * 1024


class Archive(NamedTuple):
    version: str
    url: str
    key: Optional[str]


def find_archive(provider: PyPIPackageProvider, wanted: str, version: Optional[str]) -> Optional[Archive]:
    """Of that version, or the highest."""
    name = urllib.parse.quote(re.sub(r"[-_.]+", "-", wanted).lower(), safe="")
    archives = _json_archives(provider.address, name)
    if archives is None:
        archives = _simple_archives(f"{provider.address}/{name}/", name)
    return highest({one.version: one for one in archives}, version)


def _get(address: str, accept: str) -> Optional[Tuple[str, str, bytes]]:
    """Final address, type and content; None when the server has no such page."""
    request = urllib.request.Request(address, headers={"Accept": accept})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS_FOR_AN_INDEX) as answer:
            content = answer.read(_LARGEST_PAGE + 1)
            if len(content) > _LARGEST_PAGE:
                raise usage_error("package.index", f"the package index gives more than {_LARGEST_PAGE >> 20} MiB: {address}")
            return answer.geturl(), answer.headers.get_content_type(), content
    except urllib.error.HTTPError as error:
        with error:
            if error.code in (404, 405, 406, 410):
                return None
            reason = f"{error.code} {error.reason}"
    except (urllib.error.URLError, OSError) as error:
        reason = str(getattr(error, "reason", error))
    raise usage_error("package.index", f"the package index does not answer: {address}: {reason}")


def _json_archives(address: str, name: str) -> Optional[List[Archive]]:
    """By the index's own API; None when it has none."""
    answer = _get(f"{address}/{name}/json", "application/json")
    if answer is None or answer[1] != "application/json":
        return None
    try:
        releases = json.loads(answer[2].decode("utf-8"))["releases"]
        files = [(version, file) for version, some in releases.items() for file in some]
        found = [
            Archive(version, urllib.parse.urljoin(answer[0], file["url"]), _key_of(file.get("digests", {}).get("sha256")))
            for version, file in files
            if file.get("packagetype") == "sdist" and not file.get("yanked")
        ]
        return [archive for archive in found if _is_archive(archive.url)]
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise usage_error("package.index", f"the package index gives no answer as PyPI does: {answer[0]}: {error!r}") from None


class _Links(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: List[str] = []

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        given = dict(attrs)
        if tag == "a" and given.get("href") and "data-yanked" not in given:
            self.links.append(given["href"] or "")

    def error(self, message: str) -> None:  # of Python before 3.10
        raise ValueError(message)


def _simple_archives(address: str, name: str) -> List[Archive]:
    """By the simple API: a page of links."""
    answer = _get(address, "text/html")
    if answer is None:
        return []
    page = _Links()
    page.feed(answer[2].decode("utf-8", "replace"))
    archives = []
    for link in page.links:
        url, _, fragment = urllib.parse.urljoin(answer[0], link).partition("#")
        found, version = name_and_version(urllib.parse.unquote(url))
        if _is_archive(url) and version and re.sub(r"[-_.]+", "-", found).lower() == name:
            given = re.match(r"sha256=([0-9a-fA-F]{64})\Z", fragment)
            archives.append(Archive(version, url, _key_of(given.group(1) if given else None)))
    return archives


def _is_archive(url: str) -> bool:
    """Of the network: an index has nothing to say about files of this machine."""
    return url.startswith(("http://", "https://")) and url.partition("#")[0].endswith((".tar.gz", ".tgz", ".tar.bz2", ".zip"))


def _key_of(digest: Optional[str]) -> Optional[str]:
    return None if digest is None else "sha256:" + digest
