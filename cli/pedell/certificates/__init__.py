"""Certificates (X.509): what they say, whom they come from, and new ones. No file, no target."""
