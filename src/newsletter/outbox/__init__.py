"""Write all artefacts to the outbox, or none of them."""
