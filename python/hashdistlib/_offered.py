"""What providers of packages have in common: which version is the highest, and how one says that there is none."""
import re
from typing import Any, Dict, Optional, Tuple

from .errors import UsageError


def usage_error(code: str, message: str) -> UsageError:
    return UsageError({"code": code, "kind": "usage", "message": message, "while": [], "advice": []})


def _version_key(version: str) -> Tuple[Any, ...]:
    """
    >>> sorted(["1.10", "1.9.p1", "1.9", "1.9rc1"], key=_version_key)
    ['1.9rc1', '1.9', '1.9.p1', '1.10']
    """
    parts = re.findall(r"\d+|[a-z]+", version.lower())
    key = [(2, int(part), "") if part.isdigit() else (1 if part in ("p", "post") else -1, 0, part) for part in parts]
    return (*key, (0, 0, ""))


def highest(offered: Dict[str, Any], wanted: Optional[str]) -> Optional[Any]:
    """The one of that version; without one, the highest, and one that is final rather than not."""
    if wanted is not None:
        return offered.get(wanted)
    final = [version for version in offered if not re.search(r"\d(a|b|c|rc|\.dev)\d*", version)]
    versions = sorted(final or offered, key=_version_key)
    return offered[versions[-1]] if versions else None
