"""What macOS must know of the program: its property list."""

from __future__ import annotations

from typing import Any

from project import AUDIO_ENDINGS, IDENTIFIER, NAME, TITLE

OLDEST_SYSTEM = "14.0"  # the wheels of PyAV and ONNX Runtime are built for it


def property_list(version: str) -> dict[str, Any]:
    """The keys that go into Info.plist beside those that PyInstaller writes itself."""
    numbers = version.split("-")[0]
    return {
        "CFBundleName": TITLE,
        "CFBundleDisplayName": TITLE,
        "CFBundleIdentifier": IDENTIFIER,
        "CFBundleExecutable": NAME,
        "CFBundleVersion": numbers,
        "CFBundleShortVersionString": numbers,
        "CFBundlePackageType": "APPL",
        "LSMinimumSystemVersion": OLDEST_SYSTEM,
        "LSApplicationCategoryType": "public.app-category.music",
        "LSBackgroundOnly": False,  # PyInstaller would set it for a bundle that also holds a program of the terminal
        "NSHighResolutionCapable": True,
        # Without this sentence macOS ends a program that opens the microphone.
        "NSMicrophoneUsageDescription": "To name the genre of what is playing. Nothing is recorded.",
        "NSRequiresAquaSystemAppearance": False,
        "NSHumanReadableCopyright": "GNU General Public License, version 3 or later",
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "Music",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",  # offered by "Open with", never taken from the player that is set
                "LSItemContentTypes": ["public.audio"],
                "CFBundleTypeExtensions": list(AUDIO_ENDINGS),
            },
            {
                "CFBundleTypeName": "Folder",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "None",
                "LSItemContentTypes": ["public.folder"],
            },
        ],
    }
