"""outbox: artefacts become files, all or none."""
