"""A session: settings, stores, and who listens. Every function of this package takes one; without, each thread has its own."""
import _thread
import atexit
import contextlib
import ctypes
import json
import os
import threading
import time
import weakref
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional

from . import _arguments, _brand, _native
from .errors import Cancelled, error_of
from .events import Event, event_of, log_event

__all__ = ["Session", "default_session"]

_SECONDS_BETWEEN_LOOKS = 0.2  # a signal that another thread got is seen then
_SECONDS_BETWEEN_CANCELS = 0.01


class Session:
    """Settings are read once, when it is opened.

    config: settings from this file alone. environment: variables instead of those of the process, for finding the config and for
    programs that are run. jobs: processors to use for builds. refresh: ask known addresses again. offline: use no network.
    keep_build: whose directories stay, "never", "failed" or "always". on_event: called with each event while a function runs, by
    any thread, one event at a time; what it raises ends the function, and is raised there. prefix: of another installation.

    A session does one thing at a time: a second thread waits. For work at the same time open one in each thread, and one in each
    process after fork(). Ctrl-C cancels what the main thread does.
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
            "environment": _arguments.environment_or_none("environment", environment),
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
        self._listening: Optional[int] = None  # the thread that is in the listener
        self._listener = _native.as_listener(self._listen)  # kept: the library calls it
        self._process = os.getpid()
        self._callers = 0  # threads that are in the library
        self._cancels = 0  # how often it was cancelled
        self._turn = threading.Lock()  # of the call that the listener is told of
        self._lock = threading.RLock()  # of _handle, _callers
        handle = ctypes.c_void_p()
        answer = _native.LIBRARY.hashdist_open(_arguments.as_json(options), self._listener, None, ctypes.byref(handle))
        opened = _result(_native.take_text(answer))
        self._handle = handle.value
        _open_sessions.add(self)
        _native.check_abi(opened["abi"])
        self.version: str = opened["version"]
        self.offline: bool = offline

    def call(self, operation: str, **request: Any) -> Dict[str, Any]:
        """One operation of docs/json-output.md by name; what it answers. The functions of this package are made of it."""
        self._check_process()
        name = _arguments.text("operation", operation).encode()
        document = _arguments.as_json(_arguments.mapping("request", request))
        return _result(self._interruptible(lambda: self._answer(name, document)))

    def cancel(self) -> None:
        """What runs or waits in this session ends soon with Cancelled. From any thread."""
        if self._handle is None or self._process != os.getpid():
            return
        self._cancels += 1
        with self._lock:  # so that it is not closed meanwhile
            if self._handle is not None:
                _native.LIBRARY.hashdist_cancel(self._handle)

    def close(self) -> None:
        """Cancels, waits for the end of what runs, and frees."""
        if self._handle is None or self._process != os.getpid():  # a child of fork() leaves it to its parent
            return
        if self._listening == threading.get_ident():
            raise ValueError("a listener may cancel the session it is told of, not close it")
        self._cancels += 1
        with self._lock:
            handle, self._handle = self._handle, None
        while handle is not None:
            with self._lock:
                if self._callers == 0:
                    _native.LIBRARY.hashdist_close(handle)
                    return
                _native.LIBRARY.hashdist_cancel(handle)
            time.sleep(_SECONDS_BETWEEN_CANCELS)

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *exception: Any) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError("a session cannot be copied or pickled; open another one")

    def _check_process(self) -> None:
        if self._handle is not None and self._process != os.getpid():
            raise ValueError(f"the session belongs to the process {self._process}, which this one was forked from; open one here")

    @contextlib.contextmanager
    def _entered(self) -> Iterator[int]:
        """The handle, which stays meanwhile."""
        with self._lock:
            if self._handle is None:
                raise ValueError("the session is closed")
            handle = self._handle
            self._callers += 1
        try:
            yield handle
        finally:
            with self._lock:
                self._callers -= 1

    def _answer(self, name: bytes, document: bytes) -> str:
        """By any thread but the main one, which could be interrupted in it."""
        if self._listening == threading.get_ident():  # the library says that this is not done
            return self._call(name, document)
        cancels = self._cancels
        while not self._turn.acquire(True, _SECONDS_BETWEEN_LOOKS):
            if self._cancels != cancels:
                raise Cancelled({"code": "interrupted", "kind": "interrupted", "message": "cancelled while it waited", "advice": []})
        try:
            answer = self._call(name, document)
            if self._raised:
                raise self._raised[0]
            return answer
        finally:
            self._raised.clear()
            self._turn.release()

    def _call(self, name: bytes, document: bytes) -> str:
        with self._entered() as handle:
            return _native.take_text(_native.LIBRARY.hashdist_call(handle, name, document))

    def _listen(self, text: str) -> None:
        self._listening = threading.get_ident()
        try:
            event = event_of(json.loads(text))
            if event is not None:
                self._on_event(event)
        except BaseException as error:  # it must not pass through the library
            self._raised.append(error)
            self.cancel()
        finally:
            self._listening = None

    def _interruptible(self, work: Callable[[], str]) -> str:
        """Only the main thread is interrupted, and only between instructions of Python: so it waits, and another thread works."""
        if threading.current_thread() is not threading.main_thread():
            return work()
        waiting = _Waiting(work)
        try:
            waiting.start()
            while not waiting.is_done(_SECONDS_BETWEEN_LOOKS):
                pass
        except BaseException:
            self._give_up(waiting)
            raise
        return waiting.result()

    def _give_up(self, waiting: "_Waiting") -> None:
        while True:
            try:
                if waiting.never_begins():
                    return
                while not waiting.is_done(0):
                    self.cancel()
                    waiting.is_done(_SECONDS_BETWEEN_LOOKS)
                return
            except KeyboardInterrupt:  # a second one: it is ending already
                pass


class _Waiting:
    """Work that another thread does. Of bare locks, because Events and Threads are no longer right when Ctrl-C interrupts them."""

    def __init__(self, work: Callable[[], str]) -> None:
        self._work = work
        self._results: List[Callable[[], str]] = []
        self._turn = _thread.allocate_lock()  # of who is first: the work to begin or the main thread to give up
        self._is_done = False
        self._end = _thread.allocate_lock()  # held until it is done
        self._end.acquire()

    def start(self) -> None:
        _thread.start_new_thread(self._run, ())

    def never_begins(self) -> bool:
        return self._turn.acquire(False)

    def is_done(self, seconds: float) -> bool:
        return self._is_done or (self._end.acquire(True, seconds) and self._is_done)

    def result(self) -> str:
        return self._results[0]()

    def _run(self) -> None:
        try:
            if self._turn.acquire(False):
                answer = self._work()
                self._results.append(lambda: answer)
        except BaseException as error:
            self._results.append(_raising(error))
        finally:
            self._is_done = True
            self._end.release()


def _raising(error: BaseException) -> Callable[[], str]:
    def fail() -> str:
        raise error

    return fail


def _result(answer: str) -> Dict[str, Any]:
    value = json.loads(answer)
    if "error" in value:
        raise error_of(value["error"])
    return value["result"]


# Threads that still work when the program ends would come back into a Python that is gone.
_open_sessions: "weakref.WeakSet[Session]" = weakref.WeakSet()


@atexit.register
def _close_all() -> None:
    for session in list(_open_sessions):
        session.close()


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
