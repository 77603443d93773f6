"""Playback through PortAudio and the queue of songs; free of Qt."""
