"""bench: how long things take, against other ways of doing them, in one run."""
