"""The window: one module per view or widget."""
