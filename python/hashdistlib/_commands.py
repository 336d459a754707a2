"""The commands of a job as they must be (docs/job-language.md), said where the package is made instead of where it is built."""
from typing import Any, Dict, List, Mapping

from . import _arguments

_PROGRAMS = ("cmd", "hdist", "hit")
_VARIABLES = ("set", "prepend_path", "append_path", "prepend_flag", "append_flag")
_ACTIONS = (*_PROGRAMS, "commands", "chdir", *_VARIABLES)
_RESERVED = ("ARTIFACT", "BUILD")


def checked(name: str, commands: Any) -> List[Dict[str, Any]]:
    """
    >>> checked("commands()", [{"cmd": ["make"]}, {"cmb": ["make", "install"]}])
    Traceback (most recent call last):
    ValueError: commands()[1].cmb: no field of a command
    >>> checked("commands()", {"cmd": ["make"]})
    Traceback (most recent call last):
    TypeError: commands(): expected a list of dicts, not dict
    """
    if not isinstance(commands, (list, tuple)):
        raise TypeError(f"{name}: expected a list of dicts, not {type(commands).__name__}")
    for number, command in enumerate(commands):
        _check(f"{name}[{number}]", command)
    return list(commands)


def _check(name: str, command: Any) -> None:
    if not isinstance(command, Mapping):
        raise TypeError(f"{name}: expected a dict, not {type(command).__name__}")
    fields = _arguments.mapping(name, command)
    actions = [field for field in fields if field in _ACTIONS]
    if len(actions) > 1:
        raise ValueError(f"{name}: expected one of {' and '.join(actions)}, not both")
    action = actions[0] if actions else ""
    for field in fields:
        if field != action and not _may_stand_beside(field, action):
            raise ValueError(f"{name}.{field}: no field of {'a command' if not action else action}")
    if action == "commands":
        checked(f"{name}.commands", fields["commands"])
    elif action in _PROGRAMS:
        _check_program(name, action, fields)
    elif action:
        _arguments.text(f"{name}.{action}", fields[action])
    if action in _VARIABLES:
        check_variable(f"{name}.{action}", fields[action])
        for field in ("value", "nohash_value"):
            _arguments.text_or_none(f"{name}.{field}", fields.get(field))


def _may_stand_beside(field: str, action: str) -> bool:
    if field in ("value", "nohash_value"):
        return action in _VARIABLES
    if field in ("inputs", "to_var", "append_to_file"):
        return action in _PROGRAMS
    return field.startswith("nohash_")


def _check_program(name: str, action: str, fields: Dict[str, Any]) -> None:
    if not _arguments.texts(f"{name}.{action}", fields[action]):
        raise ValueError(f"{name}.{action}: expected a program, not an empty list")
    if "to_var" in fields:
        check_variable(f"{name}.to_var", fields["to_var"])
    if "append_to_file" in fields:
        _arguments.text(f"{name}.append_to_file", fields["append_to_file"])
    inputs = fields.get("inputs", [])
    if not isinstance(inputs, list):
        raise TypeError(f"{name}.inputs: expected a list of dicts, not {type(inputs).__name__}")
    for number, given in enumerate(inputs):
        if not isinstance(given, dict) or len(given) != 1 or next(iter(given)) not in ("text", "string", "json"):
            raise ValueError(f"{name}.inputs[{number}]: expected a dict with text, string or json")


def check_variable(name: str, variable: Any) -> None:
    """
    >>> check_variable("to_var", "ARTIFACT")
    Traceback (most recent call last):
    ValueError: to_var: ARTIFACT is the job's own and cannot be set
    """
    text = _arguments.text(name, variable)
    if not text or "=" in text:
        raise ValueError(f"{name}: {text!r} cannot be the name of a variable")
    if text in _RESERVED:
        raise ValueError(f"{name}: {text} is the job's own and cannot be set")
