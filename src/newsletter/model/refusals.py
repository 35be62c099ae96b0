"""Describe an operating system error in a sentence with a remedy."""

import errno

_REMEDIES = {
    errno.EACCES: "change the permissions",
    errno.EBUSY: "if this is a mount point, mount its parent folder instead",
    errno.EDQUOT: "your quota is used up: free some space",
    errno.EFBIG: "raise the limit on file size (ulimit -f)",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "this machine has too many files open: close some programs",
    errno.ENOMEM: "free some memory, or raise the limit on it (ulimit -v)",
    errno.ENOSPC: "free some space",
    errno.EPERM: "change the permissions",
    errno.EROFS: "choose a folder that can be written to",
    # overlayfs cannot rename a folder in a lower layer, such as a folder of a container image.
    errno.EXDEV: "if it is part of a container image, delete it or choose another folder with --out",
}

# The machine lacks resources; changing the project's files would not help.
SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


def is_shortage(fault: BaseException) -> bool:
    """Return whether an exception was raised because the machine ran out of memory or file descriptors."""
    return isinstance(fault, OSError) and fault.errno in SHORTAGES


def sentence(fault: OSError, path: str = "", remedy: str = "") -> str:
    """Describe an exception as `path: reason; remedy`.

    `path` defaults to the file name in the exception, and `remedy` to one that fits its error number.
    """
    path = path or (fault.filename if isinstance(fault.filename, str) else "")
    reason = fault.strerror or str(fault) or type(fault).__name__
    remedy = remedy or _REMEDIES.get(fault.errno or 0, "fix the cause and try again")
    return f"{path}: {reason}; {remedy}" if path else f"{reason}; {remedy}"
