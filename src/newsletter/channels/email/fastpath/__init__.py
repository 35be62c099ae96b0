"""Fast path: compile each distinct section of a mail once."""
