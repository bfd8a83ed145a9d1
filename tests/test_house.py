"""The rules of the house, held by a test: floors, mirrors, sizes, and what never gets into git."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.mirrors import SHAPES, TESTED_IN, WITHOUT_MIRROR, WITHOUT_MIRROR_ROOMS, named

ROOT = Path(__file__).parent.parent
ROOMS = ("callcenter", "ami_bridge", "kpi")
LONGEST = 400


def tracked() -> list[Path]:
    """Files that git has or would take: the ignored ones are left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.decode()
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def sources() -> list[str]:
    """Python files of the rooms that contain something, as paths from the root."""
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if name.endswith(".py") and name.split("/")[0] in ROOMS and path.read_text().strip():
            found.append(name)
    return sorted(found)


def mirrors(name: str) -> list[str]:
    """Where the test of a source file may stand.

    ``callcenter/domain/calls.py`` has ``tests/domain/test_calls.py`` (the roof's own name is left
    out) and ``kpi/fcr.py`` has ``tests/kpi/test_fcr.py``. A large file may be tested in several
    files that begin alike: ``test_calls_transfers.py``.
    """
    parts = name.removesuffix(".py").split("/")
    room = "/".join(parts[1:-1] if parts[0] == "callcenter" else parts[:-1])
    stem = parts[-1] if parts[-1] != "__init__" else parts[-2]
    return [
        path.relative_to(ROOT).as_posix()
        for pattern in (f"test_{stem}.py", f"test_{stem}_*.py")
        for path in (ROOT / "tests" / room).glob(pattern)
    ]


def test_the_floors_hold() -> None:
    """The contracts of pyproject.toml; their names are the sentences of DESIGN."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Contracts: " in done.stdout
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout), done.stdout


def test_every_source_file_has_its_test_file() -> None:
    missing = [
        name
        for name in sources()
        if name not in WITHOUT_MIRROR
        and not name.startswith(tuple(WITHOUT_MIRROR_ROOMS))
        and not _holds_names_only(ROOT / name)
        and not mirrors(name)
    ]
    assert not missing, "without a test file: " + ", ".join(missing)


def test_the_list_of_exceptions_names_only_files_that_exist_and_need_it() -> None:
    for name, reason in WITHOUT_MIRROR.items():
        assert reason
        assert not mirrors(name), f"{name} has a test file now; take it off the list"
    gone = [n for n in (*WITHOUT_MIRROR, *TESTED_IN) if not (ROOT / n).exists()]
    assert not gone
    for group in SHAPES:
        for name in named(group):
            tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
            loops = [n for n in ast.walk(tree) if isinstance(n, ast.For | ast.While | ast.Try)]
            assert not loops, f"{name} does something; it needs a test"


def _holds_names_only(path: Path) -> bool:
    """An ``__init__`` that only says what the room is, or what it hands out."""
    if path.name != "__init__.py":
        return False
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return all(
        isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.Expr) for node in tree.body
    )


def test_no_file_is_two_rooms() -> None:
    long = {}
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in (".py", ".js", ".mjs", ".css"):
            lines = path.read_text(encoding="utf-8").count("\n")
            if lines > LONGEST:
                long[name] = lines
    assert not long, f"over {LONGEST} lines: {long}"


def test_every_module_begins_with_what_it_is() -> None:
    silent = [
        name
        for name in sources()
        if name != "callcenter/__init__.py"  # the version and nothing else
        and not ast.get_docstring(ast.parse((ROOT / name).read_text(encoding="utf-8")))
    ]
    assert not silent, "without a docstring: " + ", ".join(silent)


def test_no_suppression_without_a_reason() -> None:
    mark = re.compile(
        r"#\s*(?:type:\s*ignore(?:\[[\w, -]+\])?|noqa(?::\s*[A-Z0-9, ]+)?|pragma:[ \w]+)(.*)"
    )
    bare = []
    for path in tracked():
        if path.suffix != ".py" or path == Path(__file__):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            found = mark.search(line)
            if found and len(found[1].strip(" -#:()")) < 4:
                bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert not bare, "say why in the same line: " + ", ".join(bare)


# Written in parts, so that this file does not contain what it looks for.
NEVER = {
    "a registry's host": r"(?:"
    + "|".join(("pypi", "files.python" + "hosted", "test.pypi"))
    + r")\.org",
    "npm's host": "registry" + r"\.npmjs\.org",
    "a package mirror": r"(?:deb|security|ftp|cdn-fastly)" + r"\.debian\.org",
    "a folder of one machine": r"(?<![\w.$}/-])/(?:" + "work|home/[a-z]|Users/[A-Z]|root" + r")/",
    "an index in a lock file": "--(?:extra-)?" + "index-url|--find" + "-links",
    "a private key": "BEGIN [A-Z ]*PRIVATE " + "KEY",
}
# Lines that have a good reason.
ALLOWED = {
    ("Makefile", "--no-emit-"): "options that keep addresses out",
    ("screenpop_ui/.npmrc", ""): "npm's own settings",
}


@pytest.mark.parametrize("what", NEVER)
def test_git_never_gets(what: str) -> None:
    pattern = re.compile(NEVER[what])
    found = []
    for path in tracked():
        name = path.relative_to(ROOT).as_posix()
        if path == Path(__file__) or path.suffix in (".png", ".woff2"):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), start=1):
            if pattern.search(line) and not any(
                name == file and part in line for file, part in ALLOWED
            ):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    assert not found, f"{what}: " + "\n".join(found)


def test_git_gets_no_libraries_of_others_and_no_databases() -> None:
    wrong = [
        name
        for name in (path.relative_to(ROOT).as_posix() for path in tracked())
        if re.search(
            r"(^|/)(node_modules|vendor|\.venv|dist)/|\.min\.(js|css)$|\.(db|sqlite3?|whl)$", name
        )
    ]
    assert not wrong


def test_the_lock_files_pin_every_package_of_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for file, wanted in (
        ("runtime", project["project"]["dependencies"]),
        ("test", [e for e in project["dependency-groups"]["test"] if isinstance(e, str)]),
    ):
        pinned = set(
            re.findall(
                r"^([a-z0-9-]+)==\S+$", (ROOT / f"requirements/{file}.txt").read_text(), re.M
            )
        )
        names = {
            re.split(r"[\[<>=~; ]", e, maxsplit=1)[0].lower().replace("_", "-") for e in wanted
        }
        assert names <= pinned, f"make lock: {sorted(names - pinned)} not in {file}.txt"


def test_ci_calls_make_test_and_can_be_run() -> None:
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    text = script.read_text()
    assert "set -eu" in text
    assert "make --no-print-directory test" in text


def test_missing_debian_packages_are_named_and_stop_the_tests(tmp_path: Path) -> None:
    """Played with a dpkg that knows nothing and a user who is not root."""
    packages = tmp_path / "packages.txt"
    packages.write_text("# comment\nsome-browser  # why\nsome-asterisk\n")
    for name, body in (("dpkg-query", "exit 1"), ("id", "echo 1000"), ("apt-get", "exit 9")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    script = ["sh", str(ROOT / "tools/debian-packages.sh"), str(packages)]
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run(script, capture_output=True, text=True, env=env)
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends some-browser some-asterisk" in done.stderr
    (tmp_path / "dpkg-query").write_text("#!/bin/sh\nprintf installed\n")
    done = subprocess.run(script, capture_output=True, text=True, env=env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("apt_fails", [False, True])
def test_no_server_is_started_by_what_is_installed(tmp_path: Path, apt_fails: bool) -> None:
    """While apt-get works, Debian is told to start nothing; afterwards all is as it was."""
    policy = tmp_path / "policy-rc.d"
    packages = tmp_path / "packages.txt"
    packages.write_text("prometheus\n")
    apt = (
        f'"{policy}" && echo may-start || echo "$1: $?" >>"{tmp_path}/said"; exit {int(apt_fails)}'
    )
    for name, body in (("dpkg-query", "exit 1"), ("id", "echo 0"), ("apt-get", apt)):
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    env = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "POLICY_RC_D": str(policy),
    }
    script = ["sh", str(ROOT / "tools/debian-packages.sh"), str(packages)]
    done = subprocess.run(script, capture_output=True, text=True, env=env)
    assert done.returncode == int(apt_fails), done.stderr
    said = (tmp_path / "said").read_text().splitlines()
    assert said == (["update: 101"] if apt_fails else ["update: 101", "install: 101"])
    assert not policy.exists()
    # A policy of the machine's own is left alone.
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    subprocess.run(script, capture_output=True, env=env)
    assert policy.exists()


def test_the_samples_for_the_outside_are_right() -> None:
    rules = ROOT / "asterisk-sample/prometheus/rules.yml"
    done = subprocess.run(
        ["promtool", "check", "rules", str(rules)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"SUCCESS: [1-9]\d* rules found", done.stdout + done.stderr)
    unit = (ROOT / "asterisk-sample/systemd/callcenter.service").read_text()
    for line in ("DynamicUser=yes", "NoNewPrivileges=yes", "ProtectSystem=strict", "Restart="):
        assert line in unit
