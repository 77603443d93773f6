"""The bar at the foot of the window: transport, position, volume."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from mgc_desktop.ui.theme import Palette
from mgc_desktop.ui.widgets.buttons import IconButton, RoundButton
from mgc_desktop.ui.widgets.device_menu import DeviceMenu
from mgc_desktop.ui.widgets.labels import ElidedLabel, muted
from mgc_desktop.ui.widgets.slider import Slider
from mgc_desktop.ui.wording import clock

HEIGHT: Final = 70
_MS: Final = 1000
_LONGEST: Final = (2**31 - 1) // _MS  # seconds
_SEEK_STEP: Final = 5 * _MS
_VOLUME_STEPS: Final = 100
_REPEAT_WORDS: Final = {"off": "Repeat: off", "all": "Repeat: all songs", "one": "Repeat: this song"}


class PlayerBar(QFrame):
    """Shows the state of the player and says what the user wants; decides nothing."""

    play_toggled = Signal()
    previous_requested = Signal()
    next_requested = Signal()
    seek_requested = Signal(float)  # seconds
    repeat_requested = Signal()
    volume_requested = Signal(float)  # 0 to 1
    mute_toggled = Signal()
    queue_toggled = Signal()

    def __init__(self, palette: Palette, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("playerBar")
        self.setFixedHeight(HEIGHT)
        self._duration = 0.0
        self.previous = IconButton("previous", "Previous", palette, keys="Ctrl+Left")
        self.play = RoundButton("play", "Play", palette, keys="Space")
        self.next = IconButton("next", "Next", palette, keys="Ctrl+Right")
        self.time = self._clock(Qt.AlignmentFlag.AlignRight)
        self.total = self._clock(Qt.AlignmentFlag.AlignLeft)
        self.seek = Slider("Position in the song", palette, live=False, spoken=lambda ms: clock(ms / _MS, tenths=False))
        self.seek.setSingleStep(_SEEK_STEP)
        self.seek.setPageStep(6 * _SEEK_STEP)
        self.live = ElidedLabel(tone="muted")
        self.live.hide()
        self.repeat = IconButton("repeat", _REPEAT_WORDS["off"], palette, keys="R", checkable=True)
        self.mute = IconButton("volume", "Mute", palette, keys="M")
        self.volume = Slider("Volume", palette, live=True, spoken=lambda value: f"{value} %")
        self.volume.setRange(0, _VOLUME_STEPS)
        self.volume.setPageStep(10)
        self.volume.setFixedWidth(110)
        self.output = IconButton("output", "Sound output", palette)
        self.devices = DeviceMenu(self.output)
        self.output.setMenu(self.devices)
        self.output.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.queue = IconButton("queue", "Queue", palette, keys="Q", checkable=True)
        self._lay_out()
        self._connect()
        self.set_song(None)

    def set_song(self, duration: float | None) -> None:
        """A song of `duration` seconds is loaded, None for no song."""
        self._duration = duration or 0.0
        self.seek.setRange(0, self._slider_value(self._duration))
        self.total.setText(clock(self._duration) if duration else "")
        for widget in (self.play, self.seek, self.previous, self.next):
            widget.setEnabled(duration is not None)
        self.set_position(0.0)

    def set_position(self, seconds: float) -> None:
        """Where the song is; while the user drags, the slider stays in the user's hand."""
        if not self.seek.isSliderDown():
            self.seek.setValue(self._slider_value(seconds))
            self._tell_time(seconds)

    def set_live(self, text: str) -> None:
        """Say in the place of the position that a source is listened to; "" for the position again."""
        self.live.setText(text)
        self.live.setVisible(bool(text))
        for widget in (self.time, self.seek, self.total):
            widget.setVisible(not text)

    def set_playing(self, playing: bool) -> None:
        """Show what the round button would do."""
        self.play.set_icon("pause" if playing else "play")
        self.play.set_label("Pause" if playing else "Play")

    def set_repeat(self, mode: str) -> None:
        """off, all or one."""
        self.repeat.set_icon("repeat-one" if mode == "one" else "repeat")
        self.repeat.setChecked(mode != "off")
        self.repeat.set_label(_REPEAT_WORDS[mode])

    def set_volume(self, volume: float, *, muted: bool) -> None:
        """0 to 1; `muted` shows the slider at rest where it was."""
        self.volume.setValue(round(volume * _VOLUME_STEPS))
        silent = muted or volume == 0
        self.mute.set_icon("muted" if silent else "volume-low" if volume < 0.4 else "volume")
        self.mute.set_label("Unmute" if muted else "Mute")

    def set_queue_open(self, is_open: bool) -> None:
        """Whether the queue is shown."""
        self.queue.setChecked(is_open)

    @staticmethod
    def _slider_value(seconds: float) -> int:
        """Milliseconds, and no more than Qt's integers hold (24 days)."""
        return round(min(max(seconds, 0.0), _LONGEST) * _MS)

    def _clock(self, alignment: Qt.AlignmentFlag) -> QLabel:
        label = muted(tabular=True)
        label.setAlignment(alignment | Qt.AlignmentFlag.AlignVCenter)
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance("00:00") + 4)
        return label

    def _tell_time(self, seconds: float) -> None:
        text = clock(seconds) if self.seek.isEnabled() else ""
        if text != self.time.text():
            self.time.setText(text)
            self.seek.setAccessibleDescription(f"{text} of {self.total.text()}" if text else "")

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(18, 0, 18, 0)
        row.setSpacing(6)
        for button in (self.previous, self.play, self.next):
            row.addWidget(button)
        row.addSpacing(10)
        row.addWidget(self.time)
        row.addSpacing(4)
        row.addWidget(self.seek, 1)
        row.addWidget(self.live, 1)
        row.addSpacing(4)
        row.addWidget(self.total)
        row.addSpacing(10)
        for widget in (self.repeat, self.mute, self.volume, self.output, self.queue):
            row.addWidget(widget)

    def _connect(self) -> None:
        self.previous.clicked.connect(self.previous_requested)
        self.play.clicked.connect(self.play_toggled)
        self.next.clicked.connect(self.next_requested)
        self.seek.chosen.connect(self._on_seek)
        self.seek.valueChanged.connect(self._on_drag)
        self.repeat.clicked.connect(self.repeat_requested)
        self.mute.clicked.connect(self.mute_toggled)
        self.volume.chosen.connect(self._on_volume)
        self.queue.clicked.connect(self.queue_toggled)

    def _on_seek(self, value: int) -> None:
        self.seek_requested.emit(value / _MS)

    def _on_drag(self, value: int) -> None:
        if self.seek.isSliderDown():
            self._tell_time(value / _MS)

    def _on_volume(self, value: int) -> None:
        self.volume_requested.emit(value / _VOLUME_STEPS)
