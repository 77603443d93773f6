"""`listen`: one session of live input, from the opened source to the last verdict."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from mgc_desktop.cancellation import CancelToken
from mgc_desktop.capture.analysis import LiveAnalysis, LiveState
from mgc_desktop.capture.source import Source
from mgc_desktop.capture.sources import open_source
from mgc_desktop.capture.stream import CaptureStream
from mgc_desktop.errors import CaptureError
from mgc_desktop.inference.classifier import Classifier
from mgc_desktop.pipeline import MelBlock

Open = Callable[[Source], CaptureStream]

_WAIT: Final = 0.05  # seconds for which sound is waited for before the token is looked at again


class LiveListener(Protocol):
    """Is told of a session while it runs, on the thread of `listen`."""

    def picture(self, block: MelBlock) -> None:
        """The next columns of the picture."""

    def state(self, state: LiveState) -> None:
        """What is known now; some twenty times a second."""


def listen(
    source: Source,
    classifier: Classifier,
    cancel: CancelToken,
    listener: LiveListener,
    *,
    seconds: float | None = None,
    open_: Open = open_source,
) -> LiveState:
    """Analyse what comes from a source until the token is cancelled or `seconds` have been analysed.

    The final state, which the listener is told as well. Raises CaptureError where the source cannot be opened or goes
    away; the listener has then been told all that was analysed before. ModelError if the network fails.
    """
    stream = open_(source)
    analysis = LiveAnalysis(classifier, stream.sr)
    left = None if seconds is None else round(seconds * stream.sr)
    gone: CaptureError | None = None
    try:
        while not cancel.cancelled and (left is None or left > 0):
            try:
                y = stream.read(_WAIT)
            except CaptureError as error:
                gone = error
                break
            if y is None:
                continue
            if left is not None:
                y = y[:, :left]
                left -= y.shape[1]
            for block in analysis.process(y):
                listener.picture(block)
            listener.state(analysis.state(stream.dropped_seconds))
    finally:
        stream.close()
    for block in analysis.finish():
        listener.picture(block)
    state = analysis.state(stream.dropped_seconds)
    listener.state(state)
    if gone is not None:
        raise gone
    return state
