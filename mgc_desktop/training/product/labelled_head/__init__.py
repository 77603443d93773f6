"""Heads fitted on recordings whose genre is stated, over the backbone as it is."""
