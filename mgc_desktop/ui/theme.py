"""Colours and spacing: two palettes, the colours of the genres, and the style sheet.

One accent, everything else grey: colour belongs to the genres. Every pair of text and ground in `TEXT_PAIRS`
has a contrast of at least 4.5:1 (a test computes it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from mgc_desktop.ui.genre_colours import FURTHER_COLOURS as FURTHER_COLOURS
from mgc_desktop.ui.genre_colours import GENRE_COLOURS as GENRE_COLOURS
from mgc_desktop.ui.genre_colours import genre_colour
from mgc_desktop.ui.genre_colours import tell_apart as tell_apart

GAP: Final = 12  # between panels
INSET: Final = 16  # inside panels
RADIUS: Final = 12
_READABLE: Final = 4.5

# Where the fill is too pale or too dark to be read as text.
_GENRE_TEXT_DARK: Final = MappingProxyType({**GENRE_COLOURS, "Hard Rock": "#E0708A"})
_GENRE_TEXT_LIGHT: Final[Mapping[str, str]] = MappingProxyType({
    "Alt Rock": "#C8391A",
    "Ambient": "#2C727B",
    "Classical": "#856908",
    "Electro Rock": "#B5358C",
    "Electronica": "#185EEA",
    "Hard Rock": "#B43F5C",
    "Hip-Hop": "#AD520A",
    "Jazz": "#7952C1",
    "New Age": "#4A743C",
    "World": "#2D7562",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as #RRGGBB. `faint` is for ornaments, never for text."""

    name: str
    window: str
    panel: str
    raised: str
    hover: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    danger: str
    overlay: str  # laid over what is still to be heard, #AARRGGBB
    genre_text: Mapping[str, str]

    @property
    def dark(self) -> bool:
        """Whether the ground is dark."""
        return self.name == "dark"

    def genre(self, name: str | None) -> str:
        """The fill colour of a genre, always the same for a name (see `tell_apart`); muted for none."""
        return genre_colour(name) if name else self.muted

    def on_genre(self, name: str | None, *, veiled: bool = False) -> str:
        """Black or white, whichever is read better on the fill of a genre, or on that under the veil."""
        fill = self.genre(name)
        ground = laid_over(fill, self.overlay) if veiled else fill
        return max(("#0E1014", "#FFFFFF"), key=lambda ink: contrast(ink, ground))

    def genre_as_text(self, name: str | None) -> str:
        """The colour of a genre's name on a panel; the colour of text for none."""
        if not name:
            return self.text
        return self.genre_text.get(name) or readable(self.genre(name), (self.panel, self.raised, self.hover), self.text)


DARK: Final = Palette(
    name="dark", window="#0E1014", panel="#15181E", raised="#1C2028", hover="#20252F", line="#252A34",
    text="#E8EAEE", muted="#8F97A7", faint="#5B6372", accent="#8FA8FF", on_accent="#0E1014", danger="#F0818F",
    overlay="#62000000", genre_text=_GENRE_TEXT_DARK,
)  # fmt: skip
LIGHT: Final = Palette(
    name="light", window="#F4F5F7", panel="#FFFFFF", raised="#F0F2F5", hover="#E9ECF2", line="#E1E4EA",
    text="#1A1D23", muted="#5F6779", faint="#A3AAB8", accent="#3B5BDC", on_accent="#FFFFFF", danger="#B5304A",
    overlay="#50FFFFFF", genre_text=_GENRE_TEXT_LIGHT,
)  # fmt: skip

# Which colour is ever written on which.
TEXT_PAIRS: Final[tuple[tuple[str, str], ...]] = (
    ("text", "window"), ("text", "panel"), ("text", "raised"), ("text", "hover"),
    ("muted", "window"), ("muted", "panel"), ("muted", "raised"), ("muted", "hover"),
    ("accent", "panel"), ("accent", "raised"), ("accent", "hover"),
    ("danger", "panel"), ("danger", "raised"), ("on_accent", "accent"),
)  # fmt: skip


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21, as WCAG 2 defines it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def laid_over(ground: str, overlay: str) -> str:
    """What a ground looks like under a veil (#AARRGGBB)."""
    share = int(overlay[1:3], 16) / 255
    mixed = [(1 - share) * int(ground[i : i + 2], 16) + share * int(overlay[i + 2 : i + 4], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(part):02X}" for part in mixed)


def readable(colour: str, grounds: Sequence[str], ink: str) -> str:
    """The colour, with as much of `ink` mixed in as it takes to be read on all the grounds."""
    for share in range(0, 256, 8):
        mixed = laid_over(colour, f"#{share:02X}{ink[1:]}")
        if all(contrast(mixed, ground) >= _READABLE for ground in grounds):
            return mixed
    return ink


# Widgets that paint themselves (bars, ribbon, sliders) take a `Palette`; all else is styled here. Colours only:
# fonts are set in code (`ui.fonts`), since a style sheet would drop their features.
_SHEET: Final = """
QWidget {{ color: {text}; }}
QMainWindow, QDialog, QWidget#page {{ background: {window}; }}
QFrame#panel {{ background: {panel}; border: 1px solid {line}; border-radius: 12px; }}
QFrame#playerBar {{ background: {panel}; border: none; border-top: 1px solid {line}; }}
QFrame#rail {{ background: {panel}; border: none; border-right: 1px solid {line}; }}
QLabel {{ background: transparent; }}
QLabel[tone="muted"] {{ color: {muted}; }}
QToolButton {{ background: transparent; border: 2px solid transparent; border-radius: 8px; padding: 6px; color: {muted}; }}
QToolButton:hover {{ background: {hover}; color: {text}; }}
QToolButton:pressed {{ background: {line}; }}
QToolButton:checked {{ background: {raised}; color: {text}; }}
QToolButton:focus {{ border-color: {accent}; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton[kind="segment"] {{ border-radius: 6px; padding: 2px 9px; border: 1px solid transparent; }}
QToolButton[kind="segment"]:hover {{ background: transparent; color: {text}; }}
QToolButton[kind="segment"]:checked {{ background: {line}; color: {text}; }}
QToolButton[kind="segment"]:focus {{ border-color: {accent}; }}
QPushButton {{ background: {raised}; border: 1px solid {line}; border-radius: 8px; padding: 8px 15px; }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {line}; }}
QPushButton:focus {{ border: 2px solid {accent}; padding: 7px 14px; }}
QPushButton:disabled {{ color: {muted}; }}
QPushButton[kind="primary"] {{ background: {accent}; border-color: {accent}; color: {on_accent}; }}
QPushButton[kind="primary"]:hover {{ border-color: {text}; }}
QPushButton[kind="primary"]:disabled {{ background: {raised}; border-color: {line}; color: {muted}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {text}; }}
QPushButton[kind="quiet"] {{ background: transparent; border: 2px solid transparent; color: {muted}; padding: 7px 10px; }}
QPushButton[kind="quiet"]:hover {{ color: {text}; background: {hover}; }}
QPushButton[kind="quiet"]:focus {{ border-color: {accent}; }}
QLineEdit, QComboBox {{ background: {raised}; border: 1px solid {line}; border-radius: 8px; padding: 6px 10px;
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QLineEdit:focus, QComboBox:focus {{ border: 2px solid {accent}; padding: 5px 9px; }}
QComboBox::drop-down {{ border: none; width: 24px; }}
QComboBox::down-arrow {{ image: url({icons}/combo-arrow.svg); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {panel}; border: 1px solid {line}; outline: none; padding: 4px;
    selection-background-color: {hover}; selection-color: {text}; }}
QAbstractSpinBox {{ background: {raised}; border: 1px solid {line}; border-radius: 8px; padding: 5px 9px;
    selection-background-color: {accent}; selection-color: {on_accent}; }}
QAbstractSpinBox:focus {{ border: 2px solid {accent}; padding: 4px 8px; }}
QAbstractSpinBox:disabled {{ color: {muted}; }}
QAbstractSpinBox QLineEdit, QAbstractSpinBox QLineEdit:focus {{ background: transparent; border: none; padding: 0; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: none; }}
QCheckBox {{ spacing: 8px; }}
QCheckBox::indicator {{ width: 16px; height: 16px; border: 1px solid {faint}; border-radius: 5px; background: {raised}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url({icons}/check-{name}.svg); }}
QCheckBox::indicator:focus {{ border: 2px solid {accent}; width: 14px; height: 14px; }}
QCheckBox::indicator:checked:focus {{ border-color: {text}; }}
QListView {{ background: transparent; border: 2px solid transparent; border-radius: 8px; outline: none; }}
QListView:focus {{ border-color: {accent}; }}
QMenu {{ background: {panel}; border: 1px solid {line}; border-radius: 8px; padding: 6px; }}
QMenu::item {{ padding: 6px 28px 6px 12px; border-radius: 6px; background: transparent; }}
QMenu::item:selected {{ background: {hover}; }}
QMenu::item:disabled {{ color: {muted}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 6px 8px; }}
QMenu::icon {{ padding-left: 8px; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 2px 4px; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {line}; border-radius: 3px; min-height: 28px; margin: 2px; }}
QScrollBar::handle:vertical:hover {{ background: {faint}; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle:horizontal {{ background: {line}; border-radius: 3px; min-width: 28px; margin: 2px; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{ background: none; border: none; width: 0; height: 0; }}
QPlainTextEdit, QTextBrowser {{ background: {panel}; border: 1px solid {line}; border-radius: 8px; padding: 8px;
    selection-background-color: {accent}; selection-color: {on_accent}; }}
"""  # noqa: E501


def style_sheet(palette: Palette, icons: str) -> str:
    """The style sheet in the colours of a palette; `icons` is the folder of the icons, with slashes."""
    colours = {name: getattr(palette, name) for name in Palette.__slots__ if name != "genre_text"}
    return _SHEET.format(icons=icons, **colours)
