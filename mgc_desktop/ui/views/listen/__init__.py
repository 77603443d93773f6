"""The Listen view."""
