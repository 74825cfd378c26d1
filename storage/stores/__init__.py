"""One class per noun: typed methods over the named statements."""
