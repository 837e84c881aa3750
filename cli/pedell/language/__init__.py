"""What the files say: documents, schemas, layers, schools, roles, lists; each file one library."""
