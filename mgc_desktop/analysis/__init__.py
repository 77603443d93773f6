"""The data of the views of library and models, without Qt."""
