"""Extract: the only room that touches network and disk."""
