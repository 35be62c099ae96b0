"""Write artefacts to the outbox: all of them or none."""
