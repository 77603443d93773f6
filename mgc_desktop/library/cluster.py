"""A Dask cluster as the pool that analyses songs, for archives that are too large for one machine (extra `[cluster]`).

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
    """The executor of the scheduler at `address`, such as tcp://host:8786, and its number of threads.

    Raises ClusterError if the extra is missing, no scheduler answers, or it has no workers.
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
            f"No scheduler answers at {address}. Start a scheduler there (dask scheduler), or check the address."
        ) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise ClusterError(f"The scheduler at {address} has no workers. Start some (dask worker {address}).")
        yield client.get_executor(pure=False, retries=0), threads
