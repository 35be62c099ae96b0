"""Define the exit codes. Codes from 64 to 78 have the meanings given in sysexits.h."""

SUCCESS, PROBLEMS, USAGE = 0, 1, 2
INTERNAL = 70  # EX_SOFTWARE: a bug in this program
DISK = 74  # EX_IOERR: an error of the disk or the operating system
BUSY = 75  # EX_TEMPFAIL: another build is running
INTERRUPTED = 130  # 128 + SIGINT, as in shells
