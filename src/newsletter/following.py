"""following: whether outgoing links lead somewhere. Never part of a build; asked for by `check --links`.

Politely: HEAD first, GET where HEAD is refused, one request at a time for each host with a pause
between them, answers kept for a day. Only public addresses are visited: each name is resolved
here, every address it has is looked at, and the connection goes to the one that was looked at, so
that no second answer of a name server and no redirect leads into the reader's own network.
"""

import http.client
import ipaddress
import json
import os
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import SplitResult, urljoin, urlsplit

from newsletter.problems import Place, Problems

KEPT = timedelta(days=1)
TIMEOUT = 10.0  # seconds
PAUSE = 1.0  # seconds between two requests to one host
REDIRECTS = 5
HOSTS_AT_ONCE = 8
AGENT = "newsletter-check/1 (looks whether links still lead somewhere)"

# What hosts answer to programs, whatever they say to people: nothing is known then.
_UNKNOWN = frozenset((401, 402, 403, 405, 406, 407, 408, 429, 451, 501, 503, 999))


class Private(Exception):
    """The address leads into a network that is not public."""


class Unreached(Exception):
    """No answer: no such name, nobody there, no trust."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a link gave: `fault` says what is wrong, or is empty; `code` is the problem's."""

    fault: str = ""
    code: str = "unreachable-link"
    reached: bool = True


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, also when it hides in an IPv6 one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    teredo = getattr(found, "teredo", None)
    inside = [each for each in (inner, *(teredo or ())) if each is not None]
    return all(each.is_global and not each.is_multicast for each in (found, *inside))


@dataclass(slots=True)
class Follower:
    """Visits addresses. `allows` says which IP addresses may be visited."""

    allows: Callable[[str], bool] = is_public
    pause: float = PAUSE
    timeout: float = TIMEOUT
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def follow(self, url: str) -> Answer:
        """What the address gives, over all its redirects."""
        try:
            for _ in range(REDIRECTS + 1):
                status, where = self._ask(url)
                if where:
                    url = urljoin(url, where)
                elif status < 400 or status in _UNKNOWN:
                    return Answer()
                else:
                    return Answer(f"answers {status} {http.client.responses.get(status, '')}".rstrip())
            return Answer(f"is sent on more than {REDIRECTS} times")
        except Private as fault:
            return Answer(str(fault), "private-link")
        except Unreached as fault:
            return Answer(str(fault), reached=False)

    def _ask(self, url: str) -> tuple[int, str]:
        """Status and redirect of an address: by HEAD, or by GET where HEAD gives nothing."""
        status, where = self._request("HEAD", url)
        if status >= 400 and status not in (404, 410, 429):
            time.sleep(self.pause)
            return self._request("GET", url)
        if status == 404:  # some hosts know no HEAD, and say so in this way
            time.sleep(self.pause)
            return self._request("GET", url)
        return status, where

    def _request(self, method: str, url: str) -> tuple[int, str]:
        try:
            parts = urlsplit(url)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError as fault:
            raise Unreached(f"is no address: {fault}") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise Private("leads to something that is no web address")
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=self.timeout)
        try:
            connection.sock = self._connect(parts, port)
            path = parts.path or "/"
            target = f"{path}?{parts.query}" if parts.query else path
            connection.request(method, target, headers={"User-Agent": AGENT, "Accept": "*/*", "Connection": "close"})
            answer = connection.getresponse()  # what it holds is not read
            moved = answer.status in (301, 302, 303, 307, 308)
            return answer.status, (answer.getheader("Location") or "") if moved else ""
        except (OSError, http.client.HTTPException, UnicodeError) as fault:
            raise Unreached(f"gives no answer: {_reason(fault)}") from None
        finally:
            connection.close()

    def _connect(self, parts: SplitResult, port: int) -> socket.socket:
        host = parts.hostname or ""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreached(f"has no host: the name '{host}' is not known") from None
        if not all(self.allows(str(entry[4][0])) for entry in found):
            raise Private(f"leads into a private network ('{host}')")
        family, kind, protocol, _, address = found[0]
        plain = socket.socket(family, kind, protocol)
        try:
            plain.settimeout(self.timeout)
            plain.connect(address)
            return self.context.wrap_socket(plain, server_hostname=host) if parts.scheme == "https" else plain
        except BaseException:
            plain.close()
            raise


def _reason(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({fault.verify_message})"
    if isinstance(fault, TimeoutError):
        return "it takes too long"
    return getattr(fault, "strerror", "") or type(fault).__name__


@dataclass(slots=True)
class Kept:
    """Answers of the last day, in a file of the user's cache. `at` is the clock's time."""

    path: Path
    at: datetime
    _answers: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            held = json.loads(self.path.read_bytes())
            rows = {url: (str(row[0]), str(row[1]), str(row[2])) for url, row in held.items()}
        except (OSError, ValueError, AttributeError, LookupError, TypeError):
            rows = {}
        self._answers = {url: row for url, row in rows.items() if self._is_fresh(row[0])}

    def _is_fresh(self, told: str) -> bool:
        try:
            return timedelta() <= self.at - datetime.fromisoformat(told) < KEPT
        except (ValueError, TypeError):
            return False

    def get(self, url: str) -> Answer | None:
        """The answer that is kept, if one is."""
        row = self._answers.get(url)
        return Answer(row[1], row[2]) if row else None

    def keep(self, answers: Mapping[str, Answer]) -> None:
        """Write new answers down; those without a connection are asked again next time."""
        told = self.at.isoformat()
        self._answers |= {url: (told, each.fault, each.code) for url, each in answers.items() if each.reached}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            beside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
            beside.write_text(json.dumps(self._answers), encoding="utf-8")
            os.replace(beside, self.path)
        except OSError:
            return  # a cache that cannot be written costs time only


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where the user's caches are (XDG Base Directory Specification)."""
    chosen = environment.get("XDG_CACHE_HOME", "")
    return Path(chosen if os.path.isabs(chosen) else Path.home() / ".cache") / "newsletter"


def follow_all(links: Iterable[tuple[str, Place]], follower: Follower, kept: Kept, problems: Problems) -> int:
    """Follow each address once and tell what is wrong at all its places; gives how many were followed."""
    places: dict[str, list[Place]] = {}
    for url, place in links:
        places.setdefault(url.partition("#")[0], []).append(place)
    known = {url: answer for url in places if (answer := kept.get(url))}
    hosts: dict[str, list[str]] = {}
    for url in places.keys() - known.keys():
        hosts.setdefault(urlsplit(url).netloc.lower(), []).append(url)
    new = {url: answer for visited in _visit(hosts.values(), follower) for url, answer in visited.items()}
    kept.keep(new)
    if new and not any(answer.reached for answer in new.values()):
        where = min(place for each in places.values() for place in each)
        told = f"none of {len(new)} links could be followed: there seems to be no network"
        problems.notice(where, "no-network", told, "try again when there is")
        new = {}
    for url, answer in sorted((known | new).items()):
        for place in places[url] if answer.fault else ():
            problems.warning(place, answer.code, f"'{url}' {answer.fault}", "correct the link, or take it away")
    return len(new)


def _visit(hosts: Collection[list[str]], follower: Follower) -> list[dict[str, Answer]]:
    """The answers to the addresses of each host. Several hosts are asked at a time where the system allows threads."""

    def visit(urls: list[str]) -> dict[str, Answer]:
        return dict(_one_host(sorted(urls), follower))

    try:
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:  # threads: there is nothing but waiting
            return list(pool.map(visit, hosts))
    except RuntimeError:  # a thread could not be started
        return list(map(visit, hosts))


def _one_host(urls: list[str], follower: Follower) -> Iterator[tuple[str, Answer]]:
    for number, url in enumerate(urls):
        if number:
            time.sleep(follower.pause)
        yield url, follower.follow(url)
