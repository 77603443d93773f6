"""Sound that is playing now: from a microphone, a line input, or what the computer itself plays."""
