"""What every test lives with: no network, the same examples each run, and a small project to work in."""

import json
import os
import socket
from collections.abc import Callable, Generator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NoReturn

import hypothesis
import pytest

IN_CI = bool({os.environ.get("NEWSLETTER_CI"), os.environ.get("CI")} & {"1", "true"})

# Derandomised: a test that passes today passes tomorrow; more examples where time is cheap.
hypothesis.settings.register_profile("dev", derandomize=True, deadline=None)
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=300)
# Random, to find what no test has found: `make fuzz`.
hypothesis.settings.register_profile("fuzz", derandomize=False, deadline=None, max_examples=20_000, database=None,
                                     suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if IN_CI else "dev"))

SETTINGS = """\
[tool.newsletter]
title = "Exemple"
language = "fr"
timezone = "Europe/Paris"
url = "https://exemple.example/"
authority = "exemple.example,2024"

[tool.newsletter.sender]
name = "Exemple"
email = "lettre@exemple.example"
"""


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder: settings in pyproject.toml, and announcements/."""

    root: Path

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file, `name` relative to the project; text as UTF-8, line ends as they are."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def announce(self, name: str = "2024-11-26-prix.md", body: str = "Texte.", **front: Any) -> Path:
        """Write an announcement. Title, date and id have defaults; a key given as None is left out."""
        stem = Path(name).name.partition(".")[0]
        keys = {"title": "Un prix", "date": stem[:10], "id": stem} | front
        # JSON is YAML, and leaves no doubt about quotes and line ends.
        lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items() if value is not None]
        return self.write(f"announcements/{name}", "\n".join(["---", *lines, "---", "", body, ""]))

    def complete(self) -> None:
        """Add the settings without which a check warns: who publishes, and how readers leave."""
        settings = (self.root / "pyproject.toml").read_text(encoding="utf-8")
        self.write("pyproject.toml", settings + COMPLETE)


COMPLETE = """
[tool.newsletter.organisation]
name = "Exemple"
address = "1 rue du Port, 80000 Amiens"

[tool.newsletter.unsubscribe]
url = "https://exemple.example/quitter"
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without announcements, valid as it stands, in a folder of its own."""
    made = Project(tmp_path / "projet")
    made.write("pyproject.toml", SETTINGS)
    (made.root / "announcements").mkdir()
    return made


class NetworkBlocked(AssertionError):
    """A test tried to leave this machine."""


_real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}
_real_getaddrinfo = socket.getaddrinfo
_loopback_allowed = False


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


# Blocked from here on, while tests are collected too; a fixture would only cover their runs.
for _name in _real:
    setattr(socket.socket, _name, _guarded(_name))
socket.getaddrinfo = _guarded_getaddrinfo


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Addresses of this machine are open to tests marked `loopback` only."""
    global _loopback_allowed  # noqa: PLW0603 (sockets know nothing of the test that uses them)
    _loopback_allowed = item.get_closest_marker("loopback") is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a system test that skips has failed: the machine lacks what the test needs."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("system"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"a system test may not skip in CI: {reason}"
    return report
