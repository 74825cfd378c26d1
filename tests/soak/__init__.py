"""Real processes, killed for real: what the delivery promises are worth."""
