"""Mel-spectrograms and patches: from samples to what a network or a picture is made of."""
