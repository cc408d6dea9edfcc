"""Series: which column is their time, the windows they are cut into, and forecasts."""
