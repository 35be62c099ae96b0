"""preview: a server on this machine that shows every announcement as each reader will get it."""
