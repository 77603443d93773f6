"""Training and evaluation of the bundled models (extra `train`); never imported by the program."""
