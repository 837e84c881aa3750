"""What Pedell costs: whole commands, measured beside the least that they could cost."""
