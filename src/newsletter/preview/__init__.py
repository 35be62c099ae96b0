"""preview: a local server that shows announcements as readers will get them, and follows changes of the files."""
