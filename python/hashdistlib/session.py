"""A session: settings, stores, and who listens. Every function of this package takes one; without, each thread has its own."""
import ctypes
import json
import os
import threading
from typing import Any, Callable, Dict, List, Mapping, Optional

from . import _arguments, _brand, _native
from .errors import error_of
from .events import Event, event_of, log_event

__all__ = ["Session", "default_session"]

_SECONDS_BETWEEN_LOOKS = 0.2  # a signal that another thread got is seen then


class Session:
    """Settings are read once, when it is opened.

    config: settings from this file alone. environment: variables instead of those of the process, for finding the config and for
    programs that are run. jobs: processors to use for builds. refresh: ask known addresses again. offline: use no network.
    keep_build: whose directories stay, "never", "failed" or "always". on_event: called with each event while a function runs, by
    any thread, one event at a time; what it raises ends the function, and is raised there. prefix: of another installation.

    A session does one thing at a time; for work at the same time open one in each thread. Ctrl-C cancels what the main thread does.
    """

    _handle: Optional[int] = None  # until it is open

    def __init__(
        self,
        config: Optional[_arguments.Path] = None,
        *,
        environment: Optional[Mapping[str, str]] = None,
        jobs: Optional[int] = None,
        refresh: bool = False,
        offline: bool = False,
        keep_build: str = "failed",
        on_event: Optional[Callable[[Event], None]] = None,
        prefix: Optional[_arguments.Path] = None
    ) -> None:
        options = {
            "config": _arguments.path_or_none("config", config),
            "environment": None if environment is None else _arguments.mapping("environment", environment),
            "jobs": _arguments.integer_or_none("jobs", jobs),
            "refresh": _arguments.flag("refresh", refresh),
            "offline": _arguments.flag("offline", offline),
            "keep_build": _arguments.text("keep_build", keep_build),
            "prefix": _arguments.path_or_none("prefix", prefix),
            "program": _brand.PROGRAM if _brand.GIVEN else None,
        }
        if on_event is not None and not callable(on_event):
            raise TypeError(f"on_event: expected a function, not {type(on_event).__name__}")
        self._on_event = on_event or log_event
        self._raised: List[BaseException] = []
        self._listener = _native.as_listener(self._listen)  # kept: the library calls it
        self._process = os.getpid()
        handle = ctypes.c_void_p()
        answer = _native.LIBRARY.hashdist_open(_arguments.as_json(options), self._listener, None, ctypes.byref(handle))
        opened = _result(_native.take_text(answer))
        self._handle = handle.value
        _native.check_abi(opened["abi"])
        self.version: str = opened["version"]

    def call(self, operation: str, **request: Any) -> Dict[str, Any]:
        """One operation of docs/json-output.md by name; what it answers. The functions of this package are made of it."""
        if self._handle is None:
            raise ValueError("the session is closed")
        handle, name, text = self._handle, _arguments.text("operation", operation).encode(), _arguments.as_json(_arguments.mapping("request", request))
        self._raised.clear()
        answer = self._interruptible(lambda: _native.take_text(_native.LIBRARY.hashdist_call(handle, name, text)))
        if self._raised:
            raise self._raised.pop()
        return _result(answer)

    def cancel(self) -> None:
        """What runs or waits in this session ends soon with Cancelled. From any thread."""
        if self._handle is not None:
            _native.LIBRARY.hashdist_cancel(self._handle)

    def close(self) -> None:
        """Cancels, waits for the end of what runs, and frees."""
        handle, self._handle = self._handle, None
        if handle is not None and self._process == os.getpid():  # a child of fork() leaves it to its parent
            _native.LIBRARY.hashdist_close(handle)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def _listen(self, text: str) -> None:
        try:
            event = event_of(json.loads(text))
            if event is not None:
                self._on_event(event)
        except BaseException as error:  # it must not pass through the library
            self._raised.append(error)
            self.cancel()

    def _interruptible(self, work: Callable[[], str]) -> str:
        """Only the main thread is interrupted, and only between instructions of Python: so it waits, and another thread works."""
        if threading.current_thread() is not threading.main_thread():
            return work()
        answers: List[str] = []
        done = threading.Event()

        def run() -> None:
            try:
                answers.append(work())
            finally:
                done.set()

        threading.Thread(target=run, name="hashdist", daemon=True).start()
        try:
            while not done.wait(_SECONDS_BETWEEN_LOOKS):
                pass
        except BaseException:
            self._cancel_until(done)
            raise
        return answers[0]

    def _cancel_until(self, done: threading.Event) -> None:
        while not done.is_set():
            try:
                self.cancel()
                done.wait(_SECONDS_BETWEEN_LOOKS)
            except KeyboardInterrupt:  # a second one: it is ending already
                pass


def _result(answer: str) -> Dict[str, Any]:
    value = json.loads(answer)
    if "error" in value:
        raise error_of(value["error"])
    return value["result"]


_of_thread = threading.local()


def default_session() -> Session:
    """The session of this thread that functions use when they are given none."""
    session = getattr(_of_thread, "session", None)
    if session is None or session._process != os.getpid() or session._handle is None:
        session = _of_thread.session = Session()
    return session


def session_or_default(session: Optional[Session]) -> Session:
    if session is not None and not isinstance(session, Session):
        raise TypeError(f"session: expected a Session, not {type(session).__name__}")
    return session or default_session()
