"""What can be said against a data set before anything is trained on it."""
