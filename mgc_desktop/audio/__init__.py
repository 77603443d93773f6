"""Decoding and resampling: from a path to float32 samples."""
