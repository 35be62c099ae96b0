"""Decide whether an IP address belongs to the public internet.

This module does not use `ipaddress.is_global`, which differs between versions of Python and accepts some addresses that
lead into private networks, such as those of address translators, tunnels and cloud providers' internal services.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# The IANA IPv4 Special-Purpose Address Registry, multicast, reserved addresses, and an internal service that has a
# public address.
_PRIVATE_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",  # the host of an Azure virtual machine: metadata, health, DNS
        ),
    )
)  # fmt: skip
# Only global unicast (RFC 4291) is public. All other addresses are private, translated or unassigned: loopback,
# IPv4-mapped, IPv4-compatible, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), unique local, link-local, site-local, multicast.
_GLOBAL_V6 = IPv6Network("2000::/3")
_PRIVATE_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarking, ORCHID
            "2001:db8::/32", "3fff::/20",  # documentation
            "2002::/16",  # 6to4: routers deliver it to the embedded IPv4 address
        ),
    )
)  # fmt: skip


def is_public(address: str) -> bool:
    """Return whether `address` is a valid IP address that belongs to the public internet."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return _is_public_v4(parsed) if isinstance(parsed, IPv4Address) else _is_public_v6(parsed)


def _is_public_v4(address: IPv4Address) -> bool:
    return not any(address in network for network in _PRIVATE_V4)


def _is_public_v6(address: IPv6Address) -> bool:
    return address in _GLOBAL_V6 and not any(address in network for network in _PRIVATE_V6)
