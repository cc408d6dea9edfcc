"""Files of all forms become sources; a file is hostile until it is read."""
