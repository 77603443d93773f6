"""The view "What the model hears"."""
