"""What helps a person while typing: schemas that know the names of this inventory."""
