"""``python -m pedell``."""

from pedell.commands import main

main()
