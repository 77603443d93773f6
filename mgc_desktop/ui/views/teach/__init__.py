"""The Teach view: genres of the user's own, learned from a few marked songs."""
