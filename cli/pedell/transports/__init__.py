"""The only sockets. Each room is imported by itself: what a run does not speak it does not load."""
