"""Schema changes, forward only. Released files never change; the previous release must survive the new schema."""
