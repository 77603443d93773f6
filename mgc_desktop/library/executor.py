"""A pool of worker processes in which a crash or a hang costs one call, not the pool.

The standard library's `ProcessPoolExecutor` breaks as a whole when one of its processes dies, and knows no limit
of time. Decoders of damaged files do crash and do hang, so each call here is watched: its process is ended after
`timeout` seconds, a new one takes its place, and only that call's future gets the error.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from multiprocessing.connection import Connection, wait
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_Call = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]

_NICE: Final = 10
_GOODBYE: Final = 2.0  # seconds that a worker gets to end by itself


class WorkerCrashedError(RuntimeError):
    """The process that ran the call died; `exitcode` is negative for a signal."""

    def __init__(self, exitcode: int | None) -> None:
        super().__init__(f"the worker process died (exit code {exitcode})")
        self.exitcode = exitcode


class WorkerHungError(TimeoutError):
    """The call took longer than the limit and its process was ended."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:g} seconds")
        self.seconds = seconds


class IsolatedPool(Executor):
    """`workers` processes, started when first needed; `timeout` seconds for each call, None for no limit.

    `quiet`: the processes give way to all others, above all to the one that plays music.

    Processes are spawned, never forked: the program has threads, and a frozen program and every system start the
    same way. Callables, arguments and results must be picklable.
    """

    def __init__(self, workers: int, *, timeout: float | None = None, quiet: bool = False) -> None:
        self._quiet = quiet
        self._timeout = timeout
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._closed = False
        self._lock = threading.Lock()
        self._killed = threading.Event()
        self._threads = [threading.Thread(target=self._serve, name=f"pool-{n}", daemon=True) for n in range(workers)]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn(*args, **kwargs)` in one of the processes."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the pool was shut down")
            future: Future[T] = Future()
            self._calls.put((future, fn, args, kwargs))
            return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes after what was submitted, or at once with `cancel_futures`."""
        with self._lock:
            first, self._closed = not self._closed, True
        if cancel_futures:
            self._killed.set()
        if first:
            for _ in self._threads:
                self._calls.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def _serve(self) -> None:
        """One thread for each process: hands it a call, waits for the answer, replaces it when it dies."""
        worker: _Worker | None = None
        while (call := self._calls.get()) is not None:
            future, fn, args, kwargs = call
            if self._killed.is_set():
                future.cancel()
            if not future.set_running_or_notify_cancel():
                continue
            worker = worker or _Worker(quiet=self._quiet)
            try:
                result = worker.call(fn, args, kwargs, self._timeout, self._killed)
            except (WorkerCrashedError, WorkerHungError) as error:
                worker.kill()
                worker = None
                future.set_exception(error)
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(result)
        if worker is not None:
            worker.end()


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, *, quiet: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, quiet), name="mgc-worker", daemon=True)
        self._process.start()
        theirs.close()

    def call(
        self,
        fn: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        timeout: float | None,
        killed: threading.Event,
    ) -> Any:
        try:
            self._pipe.send((fn, args, kwargs))
        except OSError as error:
            raise self._crash() from error
        waited = 0.0
        while not wait([self._pipe], 0.1):  # a dead process closes its end, which counts as an answer
            waited += 0.1
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
        self._process.join(_GOODBYE)
        self.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def _crash(self) -> WorkerCrashedError:
        self._process.join(_GOODBYE)
        return WorkerCrashedError(self._process.exitcode)


def _work(pipe: Connection, quiet: bool) -> None:
    """What runs in the process: answer calls until the other end is closed."""
    if quiet:
        _give_way()
    while True:
        try:
            fn, args, kwargs = pipe.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        try:
            answer: tuple[bool, Any] = (True, fn(*args, **kwargs))
        except Exception as error:
            answer = (False, error)
        try:
            pipe.send(answer)
        except Exception as error:  # a result or an exception that cannot be pickled
            pipe.send((False, RuntimeError(f"{type(answer[1]).__name__}: {answer[1]} ({error})")))


def _give_way() -> None:
    """Let other processes go first, where the system allows it."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), 0x4000)  # BELOW_NORMAL_PRIORITY_CLASS
    else:
        os.nice(_NICE)
