"""The networks, in torch: patches `(n, bands, frames)` in, logits `(n, genres)` out."""
