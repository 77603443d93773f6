"""A Dask cluster as the pool that listens, for archives that outgrow one machine (extra `[cluster]`).

Its workers must have this program installed and reach the songs under the same paths.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from mgc_desktop.errors import MgcError

_TIMEOUT = 10.0  # seconds to reach the scheduler


class ClusterError(MgcError):
    """A cluster that cannot be used."""

    title = "The cluster cannot be used"


@contextmanager
def cluster_pool(address: str) -> Iterator[tuple[Executor, int]]:
    """The pool at `address`, such as tcp://host:8786, and how many songs it takes at a time.

    ClusterError if the extra is missing, nobody answers, or there is no worker.
    """
    try:
        import distributed
    except ImportError as error:
        raise ClusterError('A cluster needs the extra [cluster]: pip install "mgc-desktop[cluster]".') from error
    try:
        connect: Any = distributed.Client
        client = connect(address, timeout=_TIMEOUT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            f"Nobody answers at {address}. Start a scheduler there (dask scheduler), or check the address."
        ) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ClusterError(f"The scheduler at {address} has no workers. Start some (dask worker {address}).")
        yield client.get_executor(pure=False, retries=0), threads
