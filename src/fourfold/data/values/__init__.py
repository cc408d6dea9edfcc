"""What the cells of a column stand for: numbers, dates, durations and words as people write them."""
