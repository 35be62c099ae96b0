"""Exit codes. Those from 64 to 78 have the meaning of sysexits.h."""

SUCCESS, PROBLEMS, USAGE = 0, 1, 2
INTERNAL = 70  # EX_SOFTWARE: a bug in this program
DISK = 74  # EX_IOERR: the disk or the operating system refused
BUSY = 75  # EX_TEMPFAIL: another build is running
INTERRUPTED = 130  # 128 + SIGINT, as in shells
