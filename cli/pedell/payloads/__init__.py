"""What devices understand: pure translations that several providers share, one room a maker."""
