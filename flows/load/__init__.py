"""Load: the only room that knows SQL."""
