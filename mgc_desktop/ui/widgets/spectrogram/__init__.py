"""The live mel-spectrogram: picture, rulers, cursor, follow and overview mode, export."""

from mgc_desktop.ui.widgets.spectrogram.colours import COLOUR_MAPS, DEFAULT_COLOUR_MAP
from mgc_desktop.ui.widgets.spectrogram.navigation import Mode
from mgc_desktop.ui.widgets.spectrogram.view import SpectrogramView

__all__ = ["COLOUR_MAPS", "DEFAULT_COLOUR_MAP", "Mode", "SpectrogramView"]
