"""Set up every test: no network, the same Hypothesis examples each run, and a small project."""

import os
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest

from support import network
from support.project import SETTINGS, Project

IN_CI = bool({os.environ.get("NEWSLETTER_CI"), os.environ.get("CI")} & {"1", "true"})

# Derandomized, so that a test that passes today passes tomorrow. CI tries more examples.
hypothesis.settings.register_profile("dev", derandomize=True, deadline=None)
hypothesis.settings.register_profile("ci", derandomize=True, deadline=None, max_examples=300)
# Random, to find new faults: `make fuzz`.
hypothesis.settings.register_profile("fuzz", derandomize=False, deadline=None, max_examples=20_000, database=None,
                                     suppress_health_check=list(hypothesis.HealthCheck))  # fmt: skip
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if IN_CI else "dev"))

# Block from here on, during collection as well; a fixture would only cover the tests themselves.
network.block()


@pytest.fixture(scope="session", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """Keep compiled templates in a folder of this run, so that tests do not touch the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a valid project without announcements, in a new folder."""
    made = Project(tmp_path / "projet")
    made.write("pyproject.toml", SETTINGS)
    (made.root / "announcements").mkdir()
    return made


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let only tests marked `loopback` connect to this machine."""
    network.allow_loopback(item.get_closest_marker("loopback") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Make a skipped system test fail in CI, where the machine must have what the test needs."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail") and item.get_closest_marker("system"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"a system test may not skip in CI: {reason}"
    return report
