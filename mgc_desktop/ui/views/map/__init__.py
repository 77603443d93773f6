"""The Map view: every song a point, placed by how it sounds."""
