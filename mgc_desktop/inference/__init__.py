"""Models: from spectrogram patches to genres."""
