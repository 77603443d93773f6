"""Models: from patches to genres."""
