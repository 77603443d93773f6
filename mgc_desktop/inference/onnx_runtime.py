"""The one place that imports ONNX Runtime, with its telemetry switched off.

From version 1.29 on, ONNX Runtime's packages for Linux and macOS send events to a host of its maker (processor, memory,
the path of Python, the models that are opened) and keep a device id and a queue of events in the user's cache folder.
Those for Windows hand events to the system's event tracing. docs/decisions/0008-privacy.md says what was measured.
"""

from __future__ import annotations

import os
from typing import Any, Final

DISABLE_VARIABLE: Final = "ORT_DISABLE_TELEMETRY"


def load_onnxruntime() -> Any:
    """The module `onnxruntime`, imported when this is first called. Raises ImportError.

    The variable must be set before the import, because the library reads it while it is loaded. It is set also where
    the user's environment says otherwise: this program promises that it sends nothing. Processes that are started
    later inherit it.
    """
    os.environ[DISABLE_VARIABLE] = "1"
    import onnxruntime

    disable = getattr(onnxruntime, "disable_telemetry_events", None)  # the only switch that the Windows packages have
    if disable is not None:
        disable()
    return onnxruntime
