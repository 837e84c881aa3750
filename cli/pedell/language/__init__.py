"""What the files say: documents, schemas, layers, lists, roles, patterns; each file one library."""
