"""codes: how a run ends, as numbers. Those from 64 on are named as in sysexits.h."""

FINE, PROBLEMS, USAGE = 0, 1, 2
INTERNAL = 70  # EX_SOFTWARE: a fault of this program
DISK = 74  # EX_IOERR: the disk or the system refused
BUSY = 75  # EX_TEMPFAIL: another build is running
INTERRUPTED = 130  # 128 and the number of SIGINT, as shells have it
