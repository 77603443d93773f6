"""Training runs started from the window: their configuration, folder and progress."""
