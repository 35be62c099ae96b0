"""following: whether outgoing links lead somewhere. Never part of a build; asked for by `check --links`.

Politely: HEAD first, GET where HEAD is refused, one request at a time for each host with a pause
between them, answers kept for a day. Only public addresses are visited: each name is resolved
here, every address it has is looked at, and the connection goes to the one that was looked at, so
that no second answer of a name server and no redirect leads into the reader's own network.
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
LONGEST_TARGET = 8_000  # characters of an address that a redirect leads to
PATIENCE = 3  # links in a row to one host that may take too long
HOSTS_AT_ONCE = 8
AGENT = "newsletter-check/1 (looks whether links still lead somewhere)"

# What hosts answer to programs, whatever they say to people: nothing is known then.
_UNKNOWN = frozenset((401, 402, 403, 405, 406, 407, 408, 429, 451, 501, 503, 999))


class Private(Exception):
    """The address leads into a network that is not public."""


class Unreached(Exception):
    """No answer. `connected` says whether somebody was there at all: else there may be no network."""

    def __init__(self, message: str, *, connected: bool, slow: bool = False) -> None:
        super().__init__(message)
        self.connected, self.slow = connected, slow


@dataclass(frozen=True, slots=True)
class Answer:
    """What a link gave: `fault` completes "'URL' …" or is empty; `code` is the problem's.

    `reached`: there is a network; `lasting`: worth remembering; `slow`: the deadline passed.
    """

    fault: str = ""
    code: str = "unreachable-link"
    reached: bool = True
    lasting: bool = True
    slow: bool = False


@dataclass(slots=True)
class Follower:
    """Visits addresses. `allows` says which IP addresses may be visited.

    `timeout` is in seconds and holds for one link with all its redirects, pauses and answers. Proxies that the
    environment names are not used: they would connect to addresses that nobody has looked at.
    """

    allows: Callable[[str], bool] = is_public
    pause: float = PAUSE
    timeout: float = TIMEOUT
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def follow(self, url: str) -> Answer:
        """What the address gives, over all its redirects."""
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
            return Answer(f"is sent on more than {REDIRECTS} times")
        except Private as fault:
            return Answer(str(fault), "private-link")
        except NotWeb as fault:
            return Answer(str(fault))
        except NotHttp as fault:
            return Answer(str(fault), lasting=False)
        except Unreached as fault:
            return Answer(str(fault), reached=fault.connected, lasting=False, slow=fault.slow)

    def _ask(self, url: str, deadline: Deadline) -> tuple[int, str]:
        """Status and redirect of an address: by HEAD, or by GET where HEAD gives nothing."""
        status, location = self._request("HEAD", url, deadline)
        if status >= 400 and status not in (410, 429):  # some hosts know no HEAD, and answer 404 to it
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
            said = f"gives no answer: {_reason(fault)}"
            raise Unreached(said, connected=is_connected, slow=isinstance(fault, TimeoutError)) from None
        return status, location if status in (301, 302, 303, 307, 308) else ""

    def _resolve(self, target: ProbeTarget, deadline: Deadline) -> Any:
        """The first address of a host, when all of them may be visited."""
        host = _printable(target.host)
        try:
            found = resolve(target.host, target.port, deadline)
        except TimeoutError:
            raise Unreached(f"has no host: looking up '{host}' takes too long", connected=False, slow=True) from None
        except (OSError, UnicodeError):
            raise Unreached(f"has no host: the name '{host}' is not known", connected=False) from None
        if not found or not all(self.allows(str(entry[4][0])) for entry in found):
            raise Private(f"leads into a private network ('{host}')")
        return found[0]


def _next(url: str, location: str) -> str:
    """The address that a redirect leads to. Raises NotWeb for a malformed one, Private for another scheme."""
    shown = _printable(location)
    try:
        target = urljoin(url, location)
        scheme = urlsplit(target).scheme
        if scheme in ("http", "https"):
            read_target(target)
    except ValueError:
        raise NotWeb(f"is sent on to '{shown}', which is not a valid address") from None
    if len(target) > LONGEST_TARGET:
        raise NotWeb(f"is sent on to an address of more than {LONGEST_TARGET:,} characters")
    if scheme not in ("http", "https"):
        raise Private(f"is sent on to '{shown}', which is not a web address")
    return target


def _printable(content: str) -> str:
    """What a server sent, fit for a terminal: no control characters, and not too long."""
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
    """Answers of the last day, in a file of the user's cache. `at` is the clock's time."""

    path: Path
    at: datetime
    _answers: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            held = json.loads(self.path.read_bytes())
            rows = {url: (str(row[0]), str(row[1]), str(row[2])) for url, row in held.items()}
        except (OSError, ValueError, AttributeError, LookupError, TypeError, RecursionError):
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
        """Write new answers down; those that may be better next time are asked again."""
        told = self.at.isoformat()
        self._answers |= {url: (told, each.fault, each.code) for url, each in answers.items() if each.lasting}
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
    if os.path.isabs(chosen):
        return Path(chosen) / "newsletter"
    try:
        return Path.home() / ".cache/newsletter"
    except RuntimeError:  # a user without a home has no cache: nothing can be read or written there
        return Path(os.devnull) / "newsletter"


def follow_all(links: Iterable[tuple[str, Place]], follower: Follower, kept: AnswerCache, problems: Problems) -> int:
    """Follow each address once and tell what is wrong at all its places; gives how many were followed."""
    places: dict[str, list[Place]] = {}
    for url, place in links:
        places.setdefault(url.partition("#")[0], []).append(place)
    known = {url: answer for url in places if (answer := kept.get(url))}
    hosts: dict[str, list[str]] = {}
    for url in places.keys() - known.keys():
        hosts.setdefault(host(url), []).append(url)
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
    """The answers of one host's addresses, one after the other. A host that lets us wait is given up."""
    slow = 0
    for number, url in enumerate(urls):
        if slow >= PATIENCE:
            yield url, Answer(f"was not followed: {slow} links to its host took too long", lasting=False)
            continue
        if number:
            time.sleep(follower.pause)
        try:
            answer = follower.follow(url)
        except Exception as fault:  # one link costs no more than itself, whatever a server has thought up
            answer = Answer(f"cannot be followed ({type(fault).__name__})", lasting=False)
        slow = slow + 1 if answer.slow else 0
        yield url, answer
