"""New rows for a model that is trained."""
