"""MGC Desktop: hear, see and tag the genre of the music on one's own computer."""

__version__ = "0.1.0"
