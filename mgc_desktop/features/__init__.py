"""Mel-spectrograms and patches: from samples to the input of a network or a picture."""
