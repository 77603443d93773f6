"""Learning from the backbone where no large labelled corpus of free music is at hand."""
