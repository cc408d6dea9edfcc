"""Programs that a peer's interpreter runs: one a kind of API, behind one small protocol (`serve`)."""
