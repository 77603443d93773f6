"""What every other package may use and what knows nothing of music: files, locks, paths, errors, plain types."""
