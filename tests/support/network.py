"""Block the network, so that tests reach no other machine, and this one only if marked `loopback`."""

import socket
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, NoReturn


class NetworkBlocked(AssertionError):
    """A test tried to connect to another machine."""


_real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}
_real_getaddrinfo = socket.getaddrinfo
_loopback_allowed = False


def block() -> None:
    """Block every socket of this process, including those to this machine."""
    for name in _real:
        setattr(socket.socket, name, _guarded(name))
    socket.getaddrinfo = _guarded_getaddrinfo


def allow_loopback(allowed: bool) -> None:
    """Allow or block connections to this machine."""
    global _loopback_allowed  # noqa: PLW0603 (a socket does not know which test uses it)
    _loopback_allowed = allowed


def _is_here(host: object) -> bool:
    if host in ("localhost", "", None):
        return True
    try:
        return ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse(target: object) -> NoReturn:
    advice = "mark the test with 'loopback'" if _is_here(target) else "tests must not use the network"
    raise NetworkBlocked(f"connection to {target!r}: {advice}")


def _guarded(name: str) -> Callable[..., Any]:
    def guard(self: socket.socket, *args: Any) -> Any:
        if self.family != getattr(socket, "AF_UNIX", None):
            address = args[-1]
            host = address[0] if isinstance(address, tuple) else address
            if not (_loopback_allowed and _is_here(host)):
                _refuse(host)
        return _real[name](self, *args)

    return guard


def _guarded_getaddrinfo(host: str | bytes | None, *args: Any, **options: Any) -> Any:
    if not (_loopback_allowed and _is_here(host)):
        _refuse(host)
    return _real_getaddrinfo(host, *args, **options)
