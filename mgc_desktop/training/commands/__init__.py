"""What the training commands do: one module a command."""
