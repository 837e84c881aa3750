"""What the generated pages of the reference say: each is read off the thing that it describes."""
