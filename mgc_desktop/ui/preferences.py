"""Theme, colours, sound output: set in the menus or in the dialog, in force at once, kept for the next start."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from mgc_desktop import settings as s
from mgc_desktop.notice import Notice
from mgc_desktop.playback.devices import Device
from mgc_desktop.playback.player import Player
from mgc_desktop.settings import Option, Settings
from mgc_desktop.ui.actions import Actions, tick
from mgc_desktop.ui.appearance import Appearance
from mgc_desktop.ui.settings_dialog import THEME_WORDS, SettingsDialog
from mgc_desktop.ui.widgets.device_menu import DeviceMenu
from mgc_desktop.ui.widgets.spectrogram import SpectrogramView
from mgc_desktop.workers.tasks import TaskRunner

T = TypeVar("T")


class Preferences(QObject):
    """Carries out what is chosen and remembers it. `asker` asks the system for sound outputs, which may take long."""

    noticed = Signal(object)  # Notice
    theme_set = Signal(str)

    def __init__(
        self,
        settings: Settings,
        appearance: Appearance,
        player: Player,
        asker: TaskRunner,
        view: SpectrogramView,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._settings = settings
        self._appearance = appearance
        self._player = player
        self._asker = asker
        self._view = view
        self._window = window
        view.set_colour_map(settings[s.COLOUR_MAP])
        view.set_mode("overview" if settings[s.MODE] == "overview" else "follow")
        view.mode_changed.connect(keeper(settings, s.MODE))
        view.colour_map_changed.connect(keeper(settings, s.COLOUR_MAP))

    def fill_menus(self, actions: Actions, devices: DeviceMenu) -> None:
        """Offer the choices in the menus."""
        colours = actions.choices("colours", [(n, n.capitalize()) for n in s.COLOUR_MAPS], self._view.set_colour_map)
        tick(colours, self._settings[s.COLOUR_MAP])
        self._view.colour_map_changed.connect(lambda name: tick(colours, name))
        themes = actions.choices("theme", list(THEME_WORDS.items()), self.set_theme)
        tick(themes, self._settings[s.THEME])
        self.theme_set.connect(lambda theme: tick(themes, theme))
        devices.aboutToShow.connect(lambda: self._with_devices(devices.show_devices))
        devices.device_requested.connect(self._set_device)

    def set_theme(self, theme: str) -> None:
        """auto, light or dark."""
        self._settings[s.THEME] = theme
        self._appearance.set_theme(theme)
        self.theme_set.emit(theme)

    def show_dialog(self) -> None:
        """All of it in one place."""
        dialog = SettingsDialog(self._settings, self._appearance.palette, self._window)
        dialog.theme_chosen.connect(self.set_theme)
        dialog.colours_chosen.connect(self._view.set_colour_map)
        dialog.device_chosen.connect(self._set_device)
        dialog.keep_queue_chosen.connect(keeper(self._settings, s.KEEP_QUEUE))
        self._with_devices(dialog.show_devices)
        dialog.open()

    def _set_device(self, device: str) -> None:
        self._settings[s.DEVICE] = device
        self._player.set_device(device or None)

    def _with_devices(self, show: Callable[[list[tuple[str, str]], str], object]) -> None:
        """Show what there is; the system may take a moment to answer, and the one who asked may be gone by then."""
        chosen = self._player.device or ""

        def found(devices: list[Device]) -> None:
            try:
                show([(device.id, device.name) for device in devices], chosen)
            except RuntimeError:
                return

        show([], chosen)
        self._asker.run(lambda _: self._player.devices(), done=found, failed=self._on_error)

    def _on_error(self, error: Exception) -> None:
        self.noticed.emit(Notice.of(error))


def keeper(settings: Settings, option: Option[T]) -> Callable[[T], None]:
    """A slot that keeps a value."""

    def keep(value: T) -> None:
        settings[option] = value

    return keep
