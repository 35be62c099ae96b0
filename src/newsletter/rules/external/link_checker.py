"""Check whether outgoing links work, for `check --links`. A build never does this.

Requests are polite. HEAD is tried first, and GET only if HEAD fails. Each host gets one request at a time, with a pause
after it, and answers are cached for a day.

Only public addresses are visited. The program resolves each host name itself, checks all its IP addresses, and connects
to one of these. Therefore, neither a redirect nor a second answer from the name server can lead into the user's own
network.
"""

import http.client
import json
import os
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from newsletter.model.problems import Place, Problems
from newsletter.rules.external.http_probe import (
    Deadline,
    NotHttp,
    NotWeb,
    ProbeTarget,
    ask,
    connect,
    read_target,
    resolve,
    secure,
)
from newsletter.rules.external.public_ip import is_public
from newsletter.text.urls import host

KEPT = timedelta(days=1)
TIMEOUT = 20.0  # seconds for a link with all its redirects
PAUSE = 1.0  # seconds between two requests to one host
REDIRECTS = 5
LONGEST_TARGET = 8_000  # characters in the target of a redirect
PATIENCE = 3  # slow links in a row; then the other links to the host are skipped
HOSTS_AT_ONCE = 8
AGENT = "newsletter-check/1 (checks whether links still work)"

# Statuses that hosts may send to programs even if people can see the page. They do not count as faults.
_UNKNOWN = frozenset((401, 402, 403, 405, 406, 407, 408, 429, 451, 501, 503, 999))


class PrivateAddress(Exception):
    """The address leads into a private network. The message completes "'URL' …"."""


class NoAnswer(Exception):
    """There was no answer. The message completes "'URL' …".

    `connected` is true if a host was reached; otherwise, there may be no network. `slow` is true if the deadline
    passed.
    """

    def __init__(self, message: str, *, connected: bool, slow: bool = False) -> None:
        super().__init__(message)
        self.connected, self.slow = connected, slow


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of following a link.

    `fault` completes "'URL' …" and is empty if the link works. `code` is the problem code to report. `reached` is true
    if there is a network, `lasting` if the answer may be cached, and `slow` if the deadline passed.
    """

    fault: str = ""
    code: str = "unreachable-link"
    reached: bool = True
    lasting: bool = True
    slow: bool = False


@dataclass(slots=True)
class Follower:
    """Follows links.

    `allows` returns whether an IP address may be visited. `pause` is the time between two requests to a host, and
    `timeout` the time for one link, including redirects and pauses. Both are in seconds. Proxies in the environment are
    ignored, because they would connect to unchecked addresses.
    """

    allows: Callable[[str], bool] = is_public
    pause: float = PAUSE
    timeout: float = TIMEOUT
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def follow(self, url: str) -> Answer:
        """Follow a web address and all its redirects."""
        deadline = Deadline(self.timeout)
        try:
            for _ in range(REDIRECTS + 1):
                status, location = self._ask(url, deadline)
                if location:
                    url = _next(url, location)
                elif status < 400 or status in _UNKNOWN:
                    return Answer()
                else:
                    return Answer(f"answers {status} {http.client.responses.get(status, '')}".rstrip())
            return Answer(f"redirects more than {REDIRECTS} times")
        except PrivateAddress as fault:
            return Answer(str(fault), "private-link")
        except NotWeb as fault:
            return Answer(str(fault))
        except NotHttp as fault:
            return Answer(str(fault), lasting=False)
        except NoAnswer as fault:
            return Answer(str(fault), reached=fault.connected, lasting=False, slow=fault.slow)

    def _ask(self, url: str, deadline: Deadline) -> tuple[int, str]:
        """Return the status and the redirect of an address. HEAD is tried first, then GET."""
        status, location = self._request("HEAD", url, deadline)
        if status >= 400 and status not in (410, 429):  # some hosts that do not support HEAD answer 404
            time.sleep(self.pause)
            return self._request("GET", url, deadline)
        return status, location

    def _request(self, method: str, url: str, deadline: Deadline) -> tuple[int, str]:
        target = read_target(url)
        entry = self._resolve(target, deadline)
        is_connected = False
        try:
            with closing(connect(entry, deadline)) as plain:
                is_connected = True
                if target.scheme == "http":
                    status, location = ask(plain, method, target, AGENT, deadline)
                else:
                    with closing(secure(plain, target.host, self.context, deadline)) as wrapped:
                        status, location = ask(wrapped, method, target, AGENT, deadline)
        except OSError as fault:
            is_connected = is_connected or isinstance(fault, ConnectionRefusedError)
            message = f"does not answer: {_reason(fault)}"
            raise NoAnswer(message, connected=is_connected, slow=isinstance(fault, TimeoutError)) from None
        return status, location if status in (301, 302, 303, 307, 308) else ""

    def _resolve(self, target: ProbeTarget, deadline: Deadline) -> Any:
        """Return the first entry of getaddrinfo() for a host.

        Raises PrivateAddress unless all addresses of the host may be visited, and NoAnswer if it cannot be resolved.
        """
        host = _printable(target.host)
        try:
            entries = resolve(target.host, target.port, deadline)
        except TimeoutError:
            message = f"does not answer: looking up its host '{host}' takes too long"
            raise NoAnswer(message, connected=False, slow=True) from None
        except (OSError, UnicodeError):
            raise NoAnswer(f"does not answer: its host '{host}' is unknown", connected=False) from None
        if not entries or not all(self.allows(str(entry[4][0])) for entry in entries):
            raise PrivateAddress(f"leads into a private network ('{host}')")
        return entries[0]


def _next(url: str, location: str) -> str:
    """Return the target of a redirect.

    Raises NotWeb if it is malformed or too long, and PrivateAddress if its scheme is not `http` or `https`.
    """
    shown = _printable(location)
    try:
        target = urljoin(url, location)
        scheme = urlsplit(target).scheme
        if scheme in ("http", "https"):
            read_target(target)
    except ValueError:
        raise NotWeb(f"redirects to '{shown}', which is not a valid address") from None
    if len(target) > LONGEST_TARGET:
        raise NotWeb(f"redirects to an address of more than {LONGEST_TARGET:,} characters")
    if scheme not in ("http", "https"):
        raise PrivateAddress(f"redirects to '{shown}', which is not a web address")
    return target


def _printable(content: str) -> str:
    """Make text from a server safe to print: escape control characters, and cut it after 200 characters."""
    shown = "".join(character if character.isprintable() else quote(character) for character in content[:200])
    return shown + "…" * (len(content) > 200)


def _reason(fault: Exception) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({fault.verify_message})"
    if isinstance(fault, TimeoutError):
        return "it takes too long"
    return getattr(fault, "strerror", "") or type(fault).__name__


@dataclass(slots=True)
class AnswerCache:
    """The answers of the last day, stored in the file `path` in the user's cache. `now` is the current time."""

    path: Path
    now: datetime
    _answers: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # time, fault and code, by URL

    def __post_init__(self) -> None:
        try:
            stored = json.loads(self.path.read_bytes())
            rows = {url: (str(row[0]), str(row[1]), str(row[2])) for url, row in stored.items()}
        except (OSError, ValueError, AttributeError, LookupError, TypeError, RecursionError):
            rows = {}
        self._answers = {url: row for url, row in rows.items() if self._is_fresh(row[0])}

    def _is_fresh(self, time: str) -> bool:
        try:
            return timedelta() <= self.now - datetime.fromisoformat(time) < KEPT
        except (ValueError, TypeError):
            return False

    def get(self, url: str) -> Answer | None:
        """Return the cached answer for a URL, or None."""
        row = self._answers.get(url)
        return Answer(row[1], row[2]) if row else None

    def store(self, answers: Mapping[str, Answer]) -> None:
        """Store new answers by URL, except those that must not be cached."""
        time = self.now.isoformat()
        self._answers |= {url: (time, each.fault, each.code) for url, each in answers.items() if each.lasting}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}")
            temporary.write_text(json.dumps(self._answers), encoding="utf-8")
            os.replace(temporary, self.path)
        except OSError:
            return  # without a cache, the next check just takes longer


def follow_all(links: Iterable[tuple[str, Place]], follower: Follower, cache: AnswerCache, problems: Problems) -> int:
    """Follow each address once, and report its fault at every place where it occurs.

    `links` are pairs of an address and its place. Return the number of addresses that were not in the cache.
    """
    places: dict[str, list[Place]] = {}
    for url, place in links:
        places.setdefault(url.partition("#")[0], []).append(place)
    known = {url: answer for url in places if (answer := cache.get(url))}
    hosts: dict[str, list[str]] = {}
    for url in places.keys() - known.keys():
        hosts.setdefault(host(url), []).append(url)
    new = {url: answer for visited in _visit(hosts.values(), follower) for url, answer in visited.items()}
    cache.store(new)
    if new and not any(answer.reached for answer in new.values()):
        first = min(place for each in places.values() for place in each)
        message = f"none of {len(new)} links could be followed: there seems to be no network"
        problems.notice(first, "no-network", message, "try again when you are online")
        new = {}
    for url, answer in sorted((known | new).items()):
        for place in places[url] if answer.fault else ():
            problems.warning(place, answer.code, f"'{url}' {answer.fault}", "correct or remove the link")
    return len(new)


def _visit(hosts: Collection[list[str]], follower: Follower) -> list[dict[str, Answer]]:
    """Return the answers for the addresses of each host. If threads can be started, hosts are visited in parallel."""

    def visit(urls: list[str]) -> dict[str, Answer]:
        return dict(_one_host(sorted(urls), follower))

    try:
        with ThreadPoolExecutor(HOSTS_AT_ONCE) as pool:  # threads, because they only wait
            return list(pool.map(visit, hosts))
    except RuntimeError:  # a thread could not be started
        return list(map(visit, hosts))


def _one_host(urls: list[str], follower: Follower) -> Iterator[tuple[str, Answer]]:
    """Follow the addresses of one host in turn, and yield the answers. If the host is too slow, skip the rest."""
    slow = 0
    for number, url in enumerate(urls):
        if slow >= PATIENCE:
            yield url, Answer(f"was not followed: {slow} links to its host took too long", lasting=False)
            continue
        if number:
            time.sleep(follower.pause)
        try:
            answer = follower.follow(url)
        except Exception as fault:  # no server may stop the check of other links
            answer = Answer(f"cannot be followed ({type(fault).__name__})", lasting=False)
        slow = slow + 1 if answer.slow else 0
        yield url, answer
