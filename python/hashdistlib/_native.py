"""The C library, through ctypes."""
import ctypes
import os
from typing import Any, Callable

_ABI = 1  # HASHDIST_ABI of hashdist.h
_NAME = "libhashdist.so.1"

Listener = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p)


def _library_file() -> str:
    """lib/libhashdist.so.1 of the installation whose lib/python holds this package; the folder may be reached by a link."""
    tried = []
    for here in (os.path.abspath(__file__), os.path.realpath(__file__)):
        folder = os.path.dirname(os.path.dirname(os.path.dirname(here)))
        tried.append(os.path.join(folder, _NAME))
        if os.path.exists(tried[-1]):
            return tried[-1]
        if os.path.exists(os.path.join(folder, "CMakeLists.txt")):
            raise ImportError(
                f"{folder} is the source of this package, which has no {_NAME} yet. Build and install it ({folder}/bootstrap), "
                "and name the lib/python of the installation in PYTHONPATH instead of this folder"
            )
    raise ImportError(
        f"this package is part of an installation and needs {_NAME} of it, which is not at {' or '.join(dict.fromkeys(tried))}. "
        "Install the whole again, and name its lib/python in the config instead of copying the package"
    )


def _load() -> Any:
    library = ctypes.CDLL(_library_file())
    text = ctypes.c_char_p
    library.hashdist_open.argtypes = [text, Listener, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p)]
    library.hashdist_open.restype = ctypes.c_void_p
    library.hashdist_call.argtypes = [ctypes.c_void_p, text, text]
    library.hashdist_call.restype = ctypes.c_void_p
    for function in (library.hashdist_cancel, library.hashdist_close, library.hashdist_free):
        function.argtypes = [ctypes.c_void_p]
        function.restype = None
    return library


LIBRARY = _load()


def take_text(answer: int) -> str:
    """The text of an answer, which is freed."""
    if not answer:
        raise MemoryError("the library has no memory left")
    try:
        return ctypes.string_at(answer).decode("utf-8")
    finally:
        LIBRARY.hashdist_free(answer)


def check_abi(abi: int) -> None:
    if abi != _ABI:
        raise ImportError(f"{_library_file()} has the interface {abi}, this package needs {_ABI}; install both together")


def as_listener(function: Callable[[str], None]) -> Any:
    return Listener(lambda context, event: function(event.decode("utf-8")))
