"""Pedell beside its peers: the same servers, the same wishes, in one run with the least they cost."""
