"""What every feature is made of."""
