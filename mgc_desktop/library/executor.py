"""A pool of worker processes in which a crash or a hang costs one call, not the pool.

The standard library's `ProcessPoolExecutor` breaks as a whole when one of its processes dies, and has no time limit.
Decoders of damaged files do crash and do hang, so each call here is watched: its process is killed after `timeout`
seconds, a new one takes its place, and only the future of that call gets the error. The comparison with `pebble`'s pool
is in `docs/decisions/0009-one-batch-engine.md`.

Ctrl-C in a terminal is sent to all processes of the program. Workers never see it: the program that owns the pool
decides what happens, and kills its workers with `shutdown(cancel_futures=True)`. No worker outlives the program: the
remaining pools are shut down when the interpreter ends, and a worker whose parent has died exits.
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

_POLL: Final = 0.1  # seconds between two checks of the time limit and of a requested shutdown
_EXIT_TIMEOUT: Final = 2.0  # seconds that a process has to exit
_START_TIMEOUT: Final = 120.0  # seconds until a new process must have answered, also on a busy machine
_START_ATTEMPTS: Final = 3
_READY: Final = "ready"
# Exit codes of a process that was stopped from outside, such as by the system at a logout: its call is not to blame.
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
        return f"no reply within {self.seconds:g} seconds"


class WorkerStartError(RuntimeError):
    """No process could be started for the call; the call itself was not run."""


class IsolatedPool(Executor):
    """`workers` processes, started when first needed; `timeout` seconds for each call, None for no limit.

    `low_priority`: the processes run at a lower priority than all others, above all than the one that plays music.

    The time limit starts when the process is ready, and does not count time in which the computer sleeps. Processes are
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
        """End the processes once all submitted calls are done; with `cancel_futures` kill them at once."""
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
        """After `shutdown`: wait until the processes have ended, at most `timeout` seconds."""
        for thread in self._threads:
            thread.join(timeout)

    def _serve(self) -> None:
        """The loop of one thread, which owns one process: sends it calls, waits for replies, restarts a dead one."""
        worker: _Worker | None = None
        while (call := self._calls.get()) is not None:
            future, fn, args, kwargs = call
            if self._killed.is_set():
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            attempts = 2  # the second one if the worker was stopped from outside
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
            del call, future, fn, args, kwargs  # so that an idle pool holds no references to its last call
        if worker is not None:
            worker.end()

    def _start_worker(self) -> _Worker:
        """A process that is ready. Raises WorkerStartError after some attempts, WorkerCrashedError at a shutdown."""
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
    """One process and the pipe to it. The constructor waits until the process is ready, and raises if it fails."""

    def __init__(self, killed: threading.Event, *, low_priority: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, worker_end = context.Pipe()
        self._process = context.Process(target=_work, args=(worker_end, low_priority), name="mgc-worker", daemon=True)
        try:
            with _interrupts_blocked():
                self._process.start()
        except BaseException:
            self._pipe.close()
            raise
        finally:
            worker_end.close()
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
        """The result of the call. Raises what the call raised."""
        try:
            self._pipe.send((fn, args, kwargs))
        except OSError as error:
            raise self._crash() from error
        waited = 0.0  # counted in polls, so that a changed clock or a sleeping computer does not count
        while not wait([self._pipe], _POLL):  # a dead process closes its end, which counts as an reply
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
        """Let the process exit; kill it if it does not."""
        self._pipe.close()
        self._process.join(_EXIT_TIMEOUT)
        self.kill()

    def kill(self) -> None:
        """Kill the process. One that survives this, such as in a read from a dead network drive, is left running."""
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
                raise WorkerStartError(f"it did not reply within {_START_TIMEOUT:g} seconds")
        try:
            self._pipe.recv()
        except (EOFError, OSError) as error:
            raise WorkerStartError(f"it ended at once (exit code {self._crash().exitcode})") from error

    def _crash(self) -> WorkerCrashedError:
        self._process.join(_EXIT_TIMEOUT)
        return WorkerCrashedError(self._process.exitcode)


def _was_stopped(error: Exception) -> bool:
    """Whether the process was stopped from outside, which says nothing about its call."""
    if not isinstance(error, WorkerCrashedError):
        return False
    return error.exitcode in _STOPPED or (sys.platform == "win32" and error.exitcode == _STOPPED_BY_WINDOWS)


# ------------------------------------------------------------ in the worker process


def _work(pipe: Connection, low_priority: bool) -> None:
    """The main function of the process: runs calls until the other end of the pipe is closed."""
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
        except Exception as error:  # the call cannot be unpickled, such as if a module is missing
            _reply(pipe, (False, RuntimeError(f"{type(error).__name__}: {error}")))
            continue
        try:
            reply: tuple[bool, Any] = (True, fn(*args, **kwargs))
        except Exception as error:
            reply = (False, error)
        except BaseException as error:  # re-raised as it is, it would end the process that asks for the result
            reply = (False, RuntimeError(f"{type(error).__name__}: {error}"))
        _reply(pipe, reply)


def _reply(pipe: Connection, reply: tuple[bool, Any]) -> None:
    try:
        pipe.send(reply)
    except OSError:
        return  # the other process is gone
    except Exception as error:  # a result or an exception that cannot be pickled
        pipe.send((False, RuntimeError(f"{type(reply[1]).__name__}: {reply[1]} ({error})")))


def _end_with_parent() -> None:
    """Exit this process, whatever it is doing, when its parent process has died."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


# ------------------------------------------------------------ Ctrl-C and the end of the program

_starting: Final = threading.Lock()


@contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Processes that are started in this context do not get Ctrl-C, even before Python runs in them."""
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

        resource_tracker.ensure_running()  # started later, it would unblock the signal
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            yield
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


_pools: Final[weakref.WeakSet[IsolatedPool]] = weakref.WeakSet()


@atexit.register
def _shut_down_all() -> None:
    """Runs at the interpreter's exit: `multiprocessing` would wait there for a hung worker without a limit."""
    for pool in list(_pools):
        pool.shutdown(wait=False, cancel_futures=True)
    for pool in list(_pools):
        pool.join(_EXIT_TIMEOUT)
