"""Confusion: what files say against what is heard, and how the models did."""
