"""A study: candidates, the blocks of replicas that train them, what is on disk, and measures."""
