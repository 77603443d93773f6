"""Playback through PortAudio, and the queue of songs; without Qt."""
