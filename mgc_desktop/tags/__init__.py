"""Tags in audio files: read, and write safely."""
