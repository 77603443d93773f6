"""The one border between Qt and the core: background jobs and their signals."""
