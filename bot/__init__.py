"""THE PROGRAM: everything that talks to something outside."""
