"""What everything stands on, and no mathematics: specs, weight handles, symbols and nodes, random streams."""
