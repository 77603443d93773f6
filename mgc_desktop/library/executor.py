"""A pool of worker processes in which a crash or a hang costs one call, not the pool.

The standard library's `ProcessPoolExecutor` breaks as a whole when one of its processes dies, and has no time limit.
Decoders of damaged files do crash and do hang, so each call here is watched: its process is killed after `timeout`
seconds, a new one takes its place, and only the future of that call gets the error. Why the pool is not `pebble`'s is
told in `docs/decisions/0009-one-batch-engine.md`.

Ctrl-C in a terminal is sent to all processes of the program. Workers never see it: the program that owns the pool
decides what happens, and kills its workers with `shutdown(cancel_futures=True)`. No worker outlives the program: the
pools that are left are shut down when the interpreter ends, and a worker whose parent has died ends itself.
"""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import pickle
import queue
import signal
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import Any, Final, ParamSpec, TypeVar

from mgc_desktop.foundation.priority import lower_priority

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)

_Call = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]

_POLL: Final = 0.1  # seconds between two looks at the time limit and at the request to shut down
_EXIT_TIMEOUT: Final = 2.0  # seconds that a process gets to end
_START_TIMEOUT: Final = 120.0  # seconds until a new process must have answered; a busy machine needs some of them
_START_ATTEMPTS: Final = 3
_READY: Final = "ready"
# How a process ends that somebody else stopped, such as the system at a logout: nothing is wrong with its call.
_STOPPED: Final = {-getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}
_STOPPED_BY_WINDOWS: Final = 0xC000013A  # STATUS_CONTROL_C_EXIT


class WorkerCrashedError(RuntimeError):
    """The process that ran the call died. `exitcode` is negative for a signal, None if the pool was shut down."""

    def __init__(self, exitcode: int | None) -> None:
        super().__init__(exitcode)
        self.exitcode = exitcode

    def __str__(self) -> str:
        return f"the worker process died (exit code {self.exitcode})"


class WorkerHungError(TimeoutError):
    """The call took longer than `seconds` and its process was killed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds

    def __str__(self) -> str:
        return f"no answer within {self.seconds:g} seconds"


class WorkerStartError(RuntimeError):
    """No process could be started for the call; nothing is known of the call itself."""


class IsolatedPool(Executor):
    """`workers` processes, started when first needed; `timeout` seconds for each call, None for no limit.

    `low_priority`: the processes give way to all others, above all to the one that plays music.

    The time limit begins when the process is ready, and counts only time in which the computer is awake. Processes are
    spawned, never forked: the program has threads, and a frozen program and every system start the same way.
    Callables, arguments and results must be picklable. A future ends with WorkerCrashedError, WorkerHungError or
    WorkerStartError where its process failed; the pool goes on in each case.
    """

    def __init__(self, workers: int, *, timeout: float | None = None, low_priority: bool = False) -> None:
        self._low_priority = low_priority
        self._timeout = timeout
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._killed = threading.Event()
        self._threads = [threading.Thread(target=self._serve, name=f"pool-{n}", daemon=True) for n in range(workers)]
        for thread in self._threads:
            thread.start()
        _pools.add(self)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn(*args, **kwargs)` in one of the processes. RuntimeError after `shutdown`."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool was shut down")
            future: Future[T] = Future()
            self._calls.put((future, fn, args, kwargs))
            return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes after what was submitted; with `cancel_futures` kill them at once."""
        with self._lock:
            first, self._closed = not self._closed, True
        if cancel_futures:
            self._killed.set()
        if first:
            for _ in self._threads:
                self._calls.put(None)
        if wait:
            self.join()

    def join(self, timeout: float | None = None) -> None:
        """After `shutdown`: wait until the processes have ended, or for so many seconds."""
        for thread in self._threads:
            thread.join(timeout)

    def _serve(self) -> None:
        """One thread for each process: hands it a call, waits for the answer, replaces it when it dies."""
        worker: _Worker | None = None
        while (call := self._calls.get()) is not None:
            future, fn, args, kwargs = call
            if self._killed.is_set():
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            attempts = 2  # the second one for a worker that somebody else stopped
            while not future.done():
                attempts -= 1
                if worker is not None and not worker.alive:  # it was killed between two calls
                    worker.kill()
                    worker = None
                try:
                    worker = worker or self._start_worker()
                    result = worker.call(fn, args, kwargs, self._timeout, self._killed)
                except (WorkerCrashedError, WorkerHungError) as error:
                    if worker is not None:
                        worker.kill()
                        worker = None
                    if not (attempts and _was_stopped(error)):
                        future.set_exception(error)
                except Exception as error:
                    future.set_exception(error)
                else:
                    future.set_result(result)
            del call, future, fn, args, kwargs  # an idle pool keeps nothing of its last call alive
        if worker is not None:
            worker.end()

    def _start_worker(self) -> _Worker:
        """A process that has answered. WorkerStartError after some attempts, WorkerCrashedError at a shutdown."""
        reason = ""
        for attempt in range(_START_ATTEMPTS):
            if self._killed.wait(0.5 * attempt):
                raise WorkerCrashedError(None)
            try:
                return _Worker(self._killed, low_priority=self._low_priority)
            except (OSError, EOFError, WorkerStartError, RuntimeError, pickle.PicklingError) as error:
                if self._killed.is_set():
                    raise WorkerCrashedError(None) from error
                reason = str(error) or type(error).__name__
                _log.info("a worker process could not be started: %s", reason)
        raise WorkerStartError(reason)


class _Worker:
    """One process and the pipe to it. The constructor waits until the process has answered, or raises why not."""

    def __init__(self, killed: threading.Event, *, low_priority: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, low_priority), name="mgc-worker", daemon=True)
        try:
            with _interrupts_blocked():
                self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            theirs.close()
        try:
            self._wait_until_ready(killed)
        except BaseException:
            self.kill()
            raise

    @property
    def alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.is_alive()

    def call(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        timeout: float | None,
        killed: threading.Event,
    ) -> Any:
        """The result of the call, or what it raised."""
        try:
            self._pipe.send((fn, args, kwargs))
        except OSError as error:
            raise self._crash() from error
        waited = 0.0  # counted in polls, so that neither a changed clock nor a sleeping computer uses up the limit
        while not wait([self._pipe], _POLL):  # a dead process closes its end, which counts as an answer
            waited += _POLL
            if killed.is_set():
                raise WorkerCrashedError(None)
            if timeout is not None and waited >= timeout:
                raise WorkerHungError(timeout)
        try:
            succeeded, result = self._pipe.recv()
        except (EOFError, OSError) as error:
            raise self._crash() from error
        if not succeeded:
            raise result
        return result

    def end(self) -> None:
        """Let the process end by itself; kill it if it does not."""
        self._pipe.close()
        self._process.join(_EXIT_TIMEOUT)
        self.kill()

    def kill(self) -> None:
        """End the process at once. What even that does not end, such as a read of a dead network drive, is left."""
        self._process.kill()
        self._process.join(_EXIT_TIMEOUT)
        self._pipe.close()
        if self._process.exitcode is None:
            _log.error("worker process %s cannot be killed", self._process.pid)

    def _wait_until_ready(self, killed: threading.Event) -> None:
        waited = 0.0
        while not wait([self._pipe], _POLL):
            waited += _POLL
            if killed.is_set():
                raise WorkerCrashedError(None)
            if waited >= _START_TIMEOUT:
                raise WorkerStartError(f"it did not answer within {_START_TIMEOUT:g} seconds")
        try:
            self._pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerStartError(f"it ended at once (exit code {self._crash().exitcode})") from error

    def _crash(self) -> WorkerCrashedError:
        self._process.join(_EXIT_TIMEOUT)
        return WorkerCrashedError(self._process.exitcode)


def _was_stopped(error: Exception) -> bool:
    """Whether somebody ended the process on purpose, which says nothing about its call."""
    if not isinstance(error, WorkerCrashedError):
        return False
    return error.exitcode in _STOPPED or (sys.platform == "win32" and error.exitcode == _STOPPED_BY_WINDOWS)


# ------------------------------------------------------------ in the worker process


def _work(pipe: Connection, low_priority: bool) -> None:
    """What runs in the process: answer calls until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="end-with-parent", daemon=True).start()
    if low_priority:
        lower_priority()
    pipe.send(_READY)
    while True:
        try:
            fn, args, kwargs = pipe.recv()
        except (EOFError, OSError):
            return
        except Exception as error:  # a call that cannot be read here, such as one of a module that is missing
            _answer(pipe, (False, RuntimeError(f"{type(error).__name__}: {error}")))
            continue
        try:
            answer: tuple[bool, Any] = (True, fn(*args, **kwargs))
        except Exception as error:
            answer = (False, error)
        except BaseException as error:  # it would end whoever asks for the result
            answer = (False, RuntimeError(f"{type(error).__name__}: {error}"))
        _answer(pipe, answer)


def _answer(pipe: Connection, answer: tuple[bool, Any]) -> None:
    try:
        pipe.send(answer)
    except OSError:
        return  # nobody asks any more
    except Exception as error:  # a result or an exception that cannot be pickled
        pipe.send((False, RuntimeError(f"{type(answer[1]).__name__}: {answer[1]} ({error})")))


def _end_with_parent() -> None:
    """End this process, whatever it is doing, when the one that started it has gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


# ------------------------------------------------------------ Ctrl-C and the end of the program

_starting: Final = threading.Lock()


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Processes that are started inside do not see Ctrl-C, not even before their first line of Python has run."""
    with _starting:
        if sys.platform == "win32":
            import ctypes

            kernel = ctypes.windll.kernel32
            kernel.SetConsoleCtrlHandler(None, True)  # is inherited
            try:
                yield
            finally:
                kernel.SetConsoleCtrlHandler(None, False)
            return
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # started later it would unblock the signal again
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


_pools: Final[weakref.WeakSet[IsolatedPool]] = weakref.WeakSet()


@atexit.register
def _shut_down_all() -> None:
    """At the interpreter's end: `multiprocessing` would wait there for a hung worker without a limit."""
    for pool in list(_pools):
        pool.shutdown(wait=False, cancel_futures=True)
    for pool in list(_pools):
        pool.join(_EXIT_TIMEOUT)
