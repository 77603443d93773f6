"""Takes in networks that others made: reads what lies beside them, checks them, and copies them."""
