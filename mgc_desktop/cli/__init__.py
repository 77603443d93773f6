"""The command line `mgc`: a thin layer on the core; imports no Qt."""
