"""Genres: how the songs of the library spread over genres, folders and decades."""
