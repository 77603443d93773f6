"""The only place that imports ONNX Runtime, with its telemetry switched off.

From version 1.29 on, ONNX Runtime's packages for Linux and macOS send events to a host of its maker (processor, memory,
the path of Python, the models that are opened) and keep a device id and a queue of events in the user's cache folder.
Those for Windows hand events to the system's event tracing. The measurements are in docs/decisions/0008-privacy.md.
"""

from __future__ import annotations

import os
from typing import Any, Final

DISABLE_VARIABLE: Final = "ORT_DISABLE_TELEMETRY"


def load_onnxruntime() -> Any:
    """The module `onnxruntime`, imported on the first call. Raises ImportError.

    The variable must be set before the import, because the library reads it while it is loaded. It is set even if the
    user's environment has another value, since this program promises that it sends nothing. Child processes inherit it.
    """
    os.environ[DISABLE_VARIABLE] = "1"
    import onnxruntime

    disable = getattr(onnxruntime, "disable_telemetry_events", None)  # the only switch that the Windows packages have
    if disable is not None:
        disable()
    return onnxruntime
