"""What every test lives with: no network, the same examples each run, and a small project to work in."""

import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

from support import network
from support.project import SETTINGS, Project

IN_CI = bool({os.environ.get("NEWSLETTER_CI"), os.environ.get("CI")} & {"1", "true"})

# Derandomised: a test that passes today passes tomorrow; more examples where time is cheap.
hypothesis.settings.register_profile("dev", derandomize=True, deadline=None)
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=300)
# Random, to find what no test has found: `make fuzz`.
hypothesis.settings.register_profile("fuzz", derandomize=False, deadline=None, max_examples=20_000, database=None,
                                     suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if IN_CI else "dev"))

# From here on, while tests are collected too; a fixture would only cover their runs.
network.block()


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Keep compiled templates in a folder of this run: tests neither use nor fill the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without announcements, valid as it stands, in a folder of its own."""
    made = Project(tmp_path / "projet")
    made.write("pyproject.toml", SETTINGS)
    (made.root / "announcements").mkdir()
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Addresses of this machine are open to tests marked `loopback` only."""
    network.allow_loopback(item.get_closest_marker("loopback") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a system test that skips has failed: the machine lacks what the test needs."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("system"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"a system test may not skip in CI: {reason}"
    return report
