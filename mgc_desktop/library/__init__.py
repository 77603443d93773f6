"""The library of songs: store, scanner, jobs, export."""
