"""refusals: what the operating system refuses, as one sentence with a remedy."""

import errno

_REMEDIES = {
    errno.EACCES: "allow it",
    errno.EBUSY: "if this is a mount point, mount its parent folder instead",
    errno.EDQUOT: "your quota is used up: free some space",
    errno.EFBIG: "raise the limit on the size of files (ulimit -f)",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "this machine has too many files open: close some programs",
    errno.ENOMEM: "free some memory, or raise the limit on it (ulimit -v)",
    errno.ENOSPC: "free some space",
    errno.EPERM: "allow it",
    errno.EROFS: "choose a folder that can be written",
    # overlayfs renames no folder that a lower layer holds, such as one of a container's image.
    errno.EXDEV: "if it is part of a container's image, delete it or choose another folder with --out",
}

# Shortages of the machine: no change to the project's files would mend them.
SHORTAGES = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM})


def is_shortage(fault: BaseException) -> bool:
    """Whether the machine is short of something."""
    return isinstance(fault, OSError) and fault.errno in SHORTAGES


def sentence(fault: OSError, path: str = "", remedy: str = "") -> str:
    """`fault` as `path: reason; remedy`. By default the path is that which the system names, if any."""
    where = path or (fault.filename if isinstance(fault.filename, str) else "")
    reason = fault.strerror or str(fault) or type(fault).__name__
    told = f"{reason}; {remedy or _REMEDIES.get(fault.errno or 0, 'see to it and try again')}"
    return f"{where}: {told}" if where else told
