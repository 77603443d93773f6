"""The view "Models": which one listens, and where they disagree."""
