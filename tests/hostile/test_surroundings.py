"""Test that a broken environment gives a message and a documented exit code, never a traceback."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from support.guard import Finished, assert_sound, newsletter, problems
from support.project import Project

NOW = ("--now", "2024-12-01")
COMMANDS: tuple[tuple[str, ...], ...] = (
    ("build", *NOW),
    ("build", *NOW, "--jobs", "3"),
    ("check", *NOW),
    ("check", "--fix", *NOW),
    ("status", *NOW),
    ("new", "Été à Genève", "--date", "2024-12-05"),
    ("verify",),
    ("schema",),
    ("schema", "--format", "decap"),
    ("import", "communique.txt", *NOW),
    ("init", "neuf"),
    ("theme", "list"),
    ("theme", "copy", "email/footer.txt"),
    ("count", "communique.txt"),
)
READ_SETTINGS = tuple(
    words for words in COMMANDS if words[0] not in ("count", "init", "theme") and words != ("schema",)
)
RUN = (sys.executable, "-m", "newsletter")

linux = pytest.mark.skipif(sys.platform != "linux", reason="uses Linux limits and devices")


@pytest.fixture
def site(project: Project) -> Path:
    """Return a project with an announcement, a press release to import and an outbox."""
    project.announce("2024-11-26-prix.md")
    project.write("communique.txt", "Un prix pour nous\n\nAmiens, le 27 novembre 2024\n\nTexte.\n")
    (project.root / "outbox").mkdir()
    return project.root


@pytest.fixture
def unreadable(tmp_path: Path) -> Iterator[tuple[Callable[[Path], None], Sequence[str]]]:
    """Return a function that makes a path unreadable, and a command prefix that drops root's rights."""
    probe, wrapper = tmp_path / "probe", ("setpriv", "--bounding-set", "-dac_override,-dac_read_search")
    probe.touch(0o000)
    if os.getuid() != 0:
        wrapper = ()
    elif (
        not shutil.which("setpriv")
        or subprocess.run([*wrapper, "cat", probe], capture_output=True, check=False).returncode == 0
    ):
        pytest.skip("root can read everything on this machine")
    taken: list[Path] = []

    def take(path: Path) -> None:
        taken.append(path)
        path.chmod(0o000)

    yield take, wrapper
    for path in taken:
        path.chmod(0o700)


def shell(script: str, *words: str, cwd: Path) -> Finished:
    """Run a bash script in which `"$@"` is the command."""
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {script}", "bash", *RUN, *words],
        cwd=cwd, capture_output=True, text=True, errors="replace", stdin=subprocess.DEVNULL, timeout=120, check=False,
    )  # fmt: skip
    return Finished(done.returncode, done.stdout, done.stderr)


def assert_quiet(done: Finished, *codes: int) -> None:
    assert done.code in codes, (done.code, done.output[-2000:])
    for noise in ("Traceback", "Exception ignored", "Fatal Python error", "internal error"):
        assert noise not in done.output, done.output[-2000:]


# --- Processes, files, memory


@linux
@pytest.mark.parametrize("refused", ["fork", "pipe", "both after one"])
def test_where_a_process_is_refused_the_outbox_is_the_same(site: Path, refused: str) -> None:
    for number in range(20):
        (site / f"announcements/2024-11-{number + 1:02}-a{number}.md").write_bytes(
            (site / "announcements/2024-11-26-prix.md").read_bytes().replace(b"2024-11-26-prix", b"id-%d" % number)
        )
    driver = f"""
import os, multiprocessing.connection as connection, sys
from newsletter.cli import main
left = [1 if {refused!r} == 'both after one' else 0]
def limited(real):
    def call(*arguments, **options):
        if not left[0]:
            raise BlockingIOError(11, 'Resource temporarily unavailable')
        left[0] -= 1
        return real(*arguments, **options)
    return call
if {refused!r} == 'pipe':
    connection.Pipe = limited(connection.Pipe)
else:
    os.fork = limited(os.fork)
main()
"""
    for out, start in (
        ("one", [*RUN, "build", "--jobs", "1"]),
        ("many", [sys.executable, "-c", driver, "build", "--jobs", "4"]),
    ):
        done = subprocess.run([*start, *NOW, "--out", out], cwd=site, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    one, many = ((site / out / "manifest.json").read_bytes() for out in ("one", "many"))
    assert one == many


@linux
@pytest.mark.skipif(os.getuid() != 0 or not shutil.which("setpriv"), reason="needs a user without processes")
def test_a_limit_on_processes(site: Path) -> None:
    rights = ("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override")
    wrapper = ("setpriv", "--reuid", "65534", "--clear-groups", *rights)
    if subprocess.run([*wrapper, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this container does not allow dropping privileges")
    limits = {resource.RLIMIT_NPROC: 1}
    done = newsletter("build", *NOW, "--jobs", "3", cwd=site, limits=limits, wrapper=wrapper)
    assert_quiet(done, 0)
    done = newsletter("preview", "--no-open", cwd=site, limits=limits, wrapper=wrapper)
    assert_quiet(done, 74)
    assert "ulimit -u" in done.stderr


@linux
@pytest.mark.parametrize("files", [5, 6, 8, 10])
@pytest.mark.parametrize("words", [COMMANDS[1], ("check", *NOW), ("preview", "--no-open")], ids=lambda words: words[0])
def test_few_open_files(site: Path, files: int, words: tuple[str, ...]) -> None:
    done = newsletter(*words, cwd=site, limits={resource.RLIMIT_NOFILE: files})
    assert_quiet(done, 0, 74)
    assert done.code == 0 or "ulimit -n" in done.stderr or "open files" in done.stderr


@linux
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_no_file_may_grow(site: Path, words: tuple[str, ...]) -> None:
    before = sorted(site.rglob("*"))
    done = newsletter(*words, cwd=site, limits={resource.RLIMIT_FSIZE: 0})
    assert_quiet(done, 0, 1, 74)
    if words[0] == "build":
        assert (
            done.code == 74
            and "ulimit -f" in done.stderr
            and before == [path for path in sorted(site.rglob("*")) if not path.name.startswith(".outbox")]
        )


@linux
@pytest.mark.parametrize("megabytes", [20, 30, 40, 64, 100, 130, 200, 400])
@pytest.mark.parametrize("words", [COMMANDS[1], ("schema",)], ids=lambda words: words[0])
def test_little_memory(site: Path, megabytes: int, words: tuple[str, ...]) -> None:
    done = newsletter(*words, cwd=site, memory=megabytes * 1_000_000)
    if done.code == 1 and "newsletter" not in done.stderr.replace(str(site), ""):
        return  # Python itself did not start, so none of our code ran
    assert_quiet(done, 0, 74)
    assert done.code == 0 or "memory" in done.stderr


# --- Settings, announcements, theme


def _replace_with_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _replace_with_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _replace_with_loop(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.name)


@pytest.fixture
def own_settings(site: Path) -> Path:
    """Move the settings to newsletter.toml."""
    path = site / "newsletter.toml"
    lines = (site / "pyproject.toml").read_text(encoding="utf-8").replace("tool.newsletter.", "")
    path.write_text(lines.replace("[tool.newsletter]\n", ""), encoding="utf-8")
    (site / "pyproject.toml").unlink()
    return path


@pytest.mark.parametrize("words", READ_SETTINGS, ids=" ".join)
def test_settings_that_may_not_be_read(
    own_settings: Path, words: tuple[str, ...], unreadable: tuple[Callable[[Path], None], Sequence[str]]
) -> None:
    take, wrapper = unreadable
    take(own_settings)
    done = newsletter(*words, cwd=own_settings.parent, wrapper=wrapper)
    assert_quiet(done, 1, 2)
    if words[:1] != ("schema",):
        assert any("newsletter.toml:1:1: error: cannot be read" in line for line in problems(done))


@pytest.mark.parametrize("make", [_replace_with_folder, _replace_with_pipe, _replace_with_loop])
def test_settings_that_are_no_file(own_settings: Path, make: Callable[[Path], None]) -> None:
    make(own_settings)
    done = newsletter("build", *NOW, cwd=own_settings.parent)
    assert_sound(done)
    code = "[outside-project]" if make is _replace_with_loop else "[unreadable]"
    assert any(line.startswith("newsletter.toml:1:1") and code in line for line in problems(done))


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ('title = "Été"'.encode("latin-1"), "newsletter.toml:1:10: error: byte 0xc9 is not UTF-8"),
        (b"a = " + b"[" * 5000, "[toml-syntax]"),
        (b".".join([b"a"] * 5000) + b" = 1", "newsletter.toml:1:1"),
        (b"a = " + b"1" * 5000, "a number is too long"),
        (b"\xef\xbb\xbftitle = 1", "[missing-key]"),
    ],
    ids=["latin-1", "nested", "dotted", "long number", "byte order mark"],
)
def test_settings_that_cannot_be_understood(own_settings: Path, content: bytes, problem: str) -> None:
    own_settings.write_bytes(content)
    done = newsletter("build", *NOW, cwd=own_settings.parent)
    assert_sound(done)
    assert done.code == 1 and problem in done.stderr


def test_a_table_of_ours_inside_a_string(site: Path) -> None:
    (site / "pyproject.toml").write_text("a = '''\n[tool.newsletter]\n'''\n")
    done = newsletter("build", *NOW, cwd=site)
    assert_sound(done)
    assert "[no-settings]" in done.stderr


@pytest.mark.parametrize("name", ["announcements", "templates", "templates/email", "templates/email/footer.txt"])
def test_what_may_not_be_read_is_not_taken_for_absent(
    site: Path, name: str, unreadable: tuple[Callable[[Path], None], Sequence[str]]
) -> None:
    take, wrapper = unreadable
    (site / "templates/email").mkdir(parents=True)
    (site / "templates/email/footer.txt").write_text("Au revoir.\n")
    take(site / name)
    done = newsletter("build", *NOW, cwd=site, wrapper=wrapper)
    assert_sound(done)
    assert done.code == 1 and any(line.startswith(f"{name}:1:1") and "[unreadable]" in line for line in problems(done))


def test_announcements_that_are_a_loop_of_links(site: Path) -> None:
    shutil.rmtree(site / "announcements")
    (site / "announcements").symlink_to("announcements")
    done = newsletter("build", *NOW, cwd=site)
    assert_sound(done)
    assert any("[unreadable]" in line for line in problems(done))


# --- Standard streams


@linux
@pytest.mark.parametrize(
    "words", [*COMMANDS[:1], *COMMANDS[4:8], ("--help",), ("count", "communique.txt")], ids=" ".join
)
@pytest.mark.parametrize("stream", [">&-", ">/dev/full"])
def test_output_that_is_lost_is_reported(site: Path, stream: str, words: tuple[str, ...]) -> None:
    done = shell(f'"$@" {stream}', *words, cwd=site)
    assert_quiet(done, 1 if words[0] == "verify" else 74)
    assert words[0] == "verify" or "standard output cannot be written" in done.stderr


@linux
@pytest.mark.parametrize(
    ("script", "words", "code"),
    [
        ('"$@" 2>&-', COMMANDS[0], 0),
        ('"$@" 2>&-', ("build", "--nonsense"), 2),
        ('"$@" 2>/dev/full', ("build", "--nonsense"), 2),
        ('"$@" 2>/dev/full', ("status", "--format", "nonsense"), 2),
        ('"$@" <&- >&- 2>&-', ("schema",), 74),
        ('"$@" <&-', ("count",), 2),
        ('"$@" | head -1', ("schema",), 0),
        ('"$@" | true', ("schema",), 0),
        ('"$@" 2>&1 | true', ("build", "--nonsense"), 2),
        ('PYTHONUNBUFFERED=1 "$@" | true', ("schema",), 0),
    ],
)
def test_other_streams(site: Path, script: str, words: tuple[str, ...], code: int) -> None:
    assert_quiet(shell(script, *words, cwd=site), code)


def test_a_pipe_that_does_not_wait_loses_nothing(site: Path) -> None:
    script = """python3 -c 'import os, sys; os.set_blocking(1, False); os.execvp(sys.argv[1], sys.argv[1:])' "$@"
    | (sleep 1; cat)""".replace("\n", " ")
    assert shell(script, "schema", cwd=site).stdout == newsletter("schema", cwd=site).stdout


# --- Environment and arguments


@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": ":/etc/passwd"},
        {"TZ": "A" * 5000},
        {"TZ": "UTC"},
        {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii:strict"},
        {
            "COLUMNS": "0",
            "TERM": "unknown",
            "HOME": "/nonexistent",
            "TMPDIR": "/nonexistent",
            "PYTHONWARNINGS": "error",
        },
    ],
    ids=" ".join,
)
def test_environments(site: Path, environment: dict[str, str]) -> None:
    os.mkfifo(site / "UTC")  # Babel would read a file with this name
    assert_quiet(newsletter("build", *NOW, cwd=site, env=environment), 0)
    done = newsletter("status", *NOW, cwd=site, env=environment)
    assert_quiet(done, 0)
    assert "Un prix" in done.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("new", "T", "--tags", "\udcff"),
        ("new", "T\x1b[31m"),
        ("new", "T", "--lang", "../../x"),
        ("new", "T", "--lang", "\udcff"),
        ("new", "a" * 100_000),
        ("import", "communique.txt", "--title", "\udcff"),
        ("init", "neuf", "--package", "\udcff"),
        ("init", "neuf", "--now", "0001-01-01"),
        ("build", "-C", "a" * 100_000),
        ("build", "-C", "\udcff"),
        ("build", "-C", "communique.txt"),
        ("build", "--jobs", "9" * 5000),
        ("build", "--now", "0001-01-01T00:00+23:59"),
    ],
    ids=lambda words: ascii(" ".join(words))[:40],
)
def test_odd_arguments_are_wrong_usage(site: Path, words: tuple[str, ...]) -> None:
    before = sorted(site.rglob("*"))
    assert_quiet(newsletter(*words, cwd=site), 2)
    assert sorted(site.rglob("*")) == before


@linux
@pytest.mark.parametrize("words", [("build", *NOW), ("init", "neuf"), ("schema",)], ids=lambda words: words[0])
def test_the_current_folder_is_gone(site: Path, words: tuple[str, ...]) -> None:
    done = shell('rm -rf -- "$PWD"; "$@"', *words, cwd=site)
    # `python -m` itself searches the current folder first, and fails if there is none.
    if done.stderr.startswith("Traceback") and "newsletter/cli" not in done.stderr:
        pytest.skip("this Python does not start in a deleted folder")
    assert_quiet(done, 0, 2, 74)


@linux
def test_the_current_folder_is_gone_but_not_the_project(site: Path, tmp_path: Path) -> None:
    (tmp_path / "weg").mkdir()
    done = shell('rm -rf -- "$PWD"; "$@"', "build", *NOW, "-C", str(site), cwd=tmp_path / "weg")
    assert_quiet(done, 0)


# --- Signals, and faults of the program


def test_an_interrupted_command_ends_quietly(site: Path) -> None:
    driver = "import newsletter.pipeline as p, os, signal\nfrom newsletter.cli import main\n"
    # If a shell runs the tests in the background, SIGINT is ignored, and child processes inherit that.
    driver += "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    driver += "p.open_project = lambda *_: os.kill(os.getpid(), signal.SIGINT)\nmain()\n"
    done = subprocess.run(
        [sys.executable, "-c", driver, "build"], cwd=site, capture_output=True, text=True, check=False
    )
    assert done.returncode == 130 and done.stdout + done.stderr == ""


@pytest.mark.parametrize("shown", [True, False])
def test_a_fault_of_the_program_says_that_it_is_one(site: Path, shown: bool) -> None:
    driver = "import newsletter.pipeline as p\nfrom newsletter.cli import main\np.open_project = None\nmain()\n"
    environment = {**os.environ, "NEWSLETTER_TRACEBACK": "1" if shown else ""}
    start = [sys.executable, "-c", driver, "build"]
    done = subprocess.run(start, cwd=site, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 70
    assert "newsletter: internal error: TypeError" in done.stderr and "issue page" in done.stderr
    assert ("Traceback" in done.stderr) is shown


# --- Preview


@pytest.mark.loopback
def test_preview_outlives_its_folder(site: Path, unreadable: tuple[Callable[[Path], None], Sequence[str]]) -> None:
    from urllib.request import urlopen

    _, wrapper = unreadable
    start = [*wrapper, *RUN, "preview", "--no-open", "--port", "0"]
    with subprocess.Popen(start, cwd=site, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        try:
            address = server.stderr.readline().split()[1]

            def shows(text: str) -> bool:
                for _ in range(100):
                    with urlopen(address) as answer:
                        if text in answer.read().decode():
                            return True
                    time.sleep(0.1)
                return False

            assert shows("Un prix")
            away = site.rename(site.with_name("ailleurs"))
            assert shows("is gone")
            away.rename(site)
            assert shows("Un prix")
            (site / "pyproject.toml").write_text("= =")
            assert shows("/problems")
        finally:
            server.send_signal(signal.SIGINT)
        assert server.wait(20) == 0 and server.stderr.read() == ""
