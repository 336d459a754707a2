"""What must hold in a hdist home whatever happened to the program: judged by looking at the files, without the program."""
import base64
import hashlib
import json
import os
import re

HASH32 = r"[a-z2-7]{32}"
DIGEST52 = r"[a-z2-7]{52}"


def read(path):
    with open(path, "rb") as file:
        return file.read()


def records(store):
    """{id: record} of every artifact that is registered: also of one that is condemned, since whoever looks takes it back."""
    found = {}
    for name in sorted(os.listdir(store)):
        folder = os.path.join(store, name)
        if name == "roots" or not os.path.isdir(folder):
            continue
        for file in sorted(os.listdir(folder)):
            match = re.fullmatch(f"({HASH32})\\.(json|condemned)", file)
            if match:
                found[f"{name}/{match[1]}"] = json.loads(read(os.path.join(folder, file)))
    return found


def files_below(root):
    """{path: content or link target} of everything below but _hashdist/."""
    found = {}
    for folder, folders, files in os.walk(root):
        if folder == root and "_hashdist" in folders:
            folders.remove("_hashdist")
        for name in files + [f for f in folders if os.path.islink(os.path.join(folder, f))]:
            path = os.path.join(folder, name)
            content = os.readlink(path).encode() if os.path.islink(path) else read(path)
            found[os.path.relpath(path, root)] = content
    return found


def artifact_problems(store, contents):
    """`contents`: {name: {path: bytes}} as the specs make them."""
    problems = []
    registered = records(store)
    for identity, record in registered.items():
        name = identity.split("/")[0]
        root = os.path.join(store, name, record["directory"])
        if record["id"] != identity:
            problems.append(f"{identity}: the record is of {record['id']}")
        elif not os.path.isdir(root):
            problems.append(f"{identity}: its directory is not there")
        elif files_below(root) != contents[name]:
            problems.append(f"{identity}: holds {files_below(root)}, expected {contents[name]}")
        else:
            for need in set(record["references"]) | set(record["run"]):
                if need not in registered:
                    problems.append(f"{identity}: needs {need}, which is not registered")
            for own in ("build.json", "log.zst", "files.zst"):
                if not os.path.isfile(os.path.join(root, "_hashdist", own)):
                    problems.append(f"{identity}: lacks _hashdist/{own}")
    return problems


def digest52(content):
    return base64.b32encode(hashlib.sha256(content).digest()).decode().rstrip("=").lower()


def source_path(store, key):
    """Where an item lies; of a commit, what its note is named after."""
    kind, digest = key.split(":")
    folder = {"files": "files", "dir": "dirs", "git": "commits"}.get(kind, "packs/" + kind)
    return os.path.join(store, folder, digest)


def source_keys(store):
    """The keys of all items, as they lie there."""
    keys = set()
    for folder, folders, files in os.walk(store):
        place = os.path.relpath(folder, store)
        kind = {"files": "files", "dirs": "dir"}.get(place, place[6:] if place.startswith("packs/") else None)
        if kind:
            keys |= {f"{kind}:{name}" for name in files if re.fullmatch(DIGEST52, name)}
        if re.fullmatch(f"git/{DIGEST52}/refs/hdist/kept", place):
            keys |= {f"git:{name}" for name in files if re.fullmatch("[0-9a-f]{40}", name)}
    return keys


def source_problems(store):
    """Each item under its digest is that content; notes are JSON."""
    problems = []
    for folder, folders, files in os.walk(store):
        for name in files:
            path = os.path.join(folder, name)
            if name.endswith(".json"):
                try:
                    json.loads(read(path))
                except ValueError:
                    problems.append(f"{path}: is no JSON")
            elif re.fullmatch(DIGEST52, name) and os.path.basename(folder) not in ("urls", "stamps"):
                if digest52(read(path)) != name:
                    problems.append(f"{path}: has other content")
    return problems


def is_unfinished_source(store, path):
    """Whether it is one of the things that a process makes on its way, and a collection removes a day later."""
    top = os.path.relpath(path, store).split("/")[0]
    return (top in ("tmp", "condemned", "users") and top != os.path.relpath(path, store)) or \
        os.path.basename(path).startswith(".tmp-") or "/refs/hdist/incoming/" in path


def source_leftovers(store):
    return [os.path.relpath(os.path.join(folder, name), store) for folder, folders, files in os.walk(store)
            for name in files + folders if is_unfinished_source(store, os.path.join(folder, name))]


def profile_problems(link, store, choices):
    """The profile is one of `choices` ({path: content}), whole, and all that its members name is there."""
    if not os.path.islink(link):
        return [f"{link}: is no link"]
    try:
        profile = json.loads(read(os.path.join(link, "profile.json")))
        seen = [{path: read(os.path.join(link, path)) for path in choice}
                for choice in choices if all(os.path.exists(os.path.join(link, path)) for path in choice)]
    except (OSError, ValueError) as error:
        return [f"{link}: {error}"]
    registered = records(store)
    problems = [f"{link}: its member {member['id']} is not registered"
                for member in profile["members"] if member["id"] not in registered]
    if not any(choice in seen for choice in choices):
        problems.append(f"{link}: holds neither the old nor the new content")
    return problems


def leftovers(home, temp):
    """What a collection of garbage must have removed; unfinished files, and lists of needs that nobody claims, may stay for a day."""
    kept = []
    store = os.path.join(home, ".hashdist", "artifacts")
    for folder, folders, files in os.walk(store):
        depth = os.path.relpath(folder, store).count("/") + (folder != store)
        if depth >= 2 and not folder.startswith(os.path.join(store, "roots")):
            folders.clear()
            continue
        for name in files + folders:
            if re.search(r"\.(claim|record|stale|removed|condemned)\b|^\.trash-|\.(run|held)$", name):
                kept.append(os.path.relpath(os.path.join(folder, name), home))
    if os.path.isdir(temp):
        kept += [name for name in os.listdir(temp) if os.path.exists(os.path.join(temp, name, ".build-owner"))]
    return kept
