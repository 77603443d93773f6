"""The Library view: a table over the store, what runs in it, the review before writing, and the way back."""
