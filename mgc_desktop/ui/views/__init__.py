"""One package a view."""
