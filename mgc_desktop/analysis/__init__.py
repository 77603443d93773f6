"""What the views of library and models show, without Qt."""
