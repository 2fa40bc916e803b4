"""A real Neo4j Community server, put together from its Maven artefacts, on this machine only.

    python tests/live/neo4j_server.py start HOME [--bolt PORT] [--http PORT] [--heap 1g]
    python tests/live/neo4j_server.py stop HOME [--now]
    python tests/live/neo4j_server.py admin HOME database import full neo4j ...

`NEO4J_VERSION` says which (5.26.30; 2026.08.1 wants Java 21 or later), `GRAPHGEN_CACHE` where its
jars are kept (~/.cache/graphgen), `JAVA_HOME` which Java, `MVN` which Maven. The password of the
user neo4j is `NEO4J_PASSWORD`, else one that a test may know.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

__all__ = ["PASSWORD", "VERSION", "Server", "free_port", "jars"]

VERSION = os.environ.get("NEO4J_VERSION", "5.26.30")
PASSWORD = os.environ.get("NEO4J_PASSWORD", "only-for-tests")
_POM = Path(__file__).with_name("neo4j.pom.xml")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_RESOLVES_IN, _STARTS_IN, _STOPS_IN = 900, 120, 60
"""Seconds after which something is wrong."""
_HELLO = (
    b"\x60\x60\xb0\x17" + b"\x00\x08\x08\x05" + b"\x00\x00\x00\x05" + b"\x00\x00\x04\x04" + bytes(4)
)
"""Bolt's handshake, offering versions 5 and 4.4."""
_FLAGS = (
    "-XX:+UseG1GC",
    "-XX:+DisableExplicitGC",
    *(
        f"--add-opens=java.base/{package}=ALL-UNNAMED"
        for package in ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
    ),
    "--enable-native-access=ALL-UNNAMED",
    "-Dio.netty.tryReflectionSetAccessible=true",
    "-Dlog4j2.disable.jmx=true",
    "-Dfile.encoding=UTF-8",
)


def jars(version: str = VERSION) -> Path:
    """Give the folder of a version's jars; Maven fetches them once."""
    cache = Path(os.environ.get("GRAPHGEN_CACHE", Path.home() / ".cache" / "graphgen"))
    folder = cache / f"neo4j-{version}"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / f"neo4j-{version}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.is_dir():
            return folder
        maven = shutil.which(os.environ.get("MVN", "mvn"))
        if maven is None:
            raise RuntimeError("no Maven: install it (mvn), or set NEO4J_TEST_URI to a server")
        part = cache / f"neo4j-{version}.part"
        shutil.rmtree(part, ignore_errors=True)
        asked = [
            f"-Dneo4j.version={version}",
            "-DincludeScope=runtime",
            f"-DoutputDirectory={part}",
        ]
        subprocess.run(
            [maven, "-B", "-q", "-ntp", "-f", str(_POM), _COPY, *asked],
            check=True,
            timeout=_RESOLVES_IN,
            stdout=sys.stderr,
        )
        part.rename(folder)
    return folder


def java(version: str = VERSION) -> str:
    """Give a Java that runs a version: the one of JAVA_HOME, on the path, or in a known place."""
    least = 17 if version.startswith("5.") else 21
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    homes += [Path(on_path).resolve().parent.parent] if on_path else []
    for place in ("/usr/lib/jvm", "/opt/java", str(Path.home() / ".sdkman/candidates/java")):
        homes += sorted(Path(place).glob("*/"))
    for home in homes:
        if least <= _java_major(home):
            return str(home / "bin" / "java")
    raise RuntimeError(f"Neo4j {version} needs Java {least} or later; set JAVA_HOME to one")


def _java_major(home: Path) -> int:
    """Read which Java lies in a folder; 0 for none."""
    try:
        told = (home / "release").read_text("utf-8")
    except OSError:
        return 0
    found = re.search(r'JAVA_VERSION="(?:1\.)?(\d+)', told)
    return int(found[1]) if found and (home / "bin" / "java").exists() else 0


def free_port() -> int:
    """Give a port of this machine that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Server:
    """A server whose files lie in one folder."""

    home: Path
    bolt: int = 0
    http: int = 0
    """Ports; 0 for one that is free."""
    heap: str = "1g"
    page_cache: str = "256m"
    version: str = VERSION
    settings: tuple[str, ...] = ()
    """More lines of neo4j.conf, from the next start on."""
    hurry: bool = False
    """Whether to start sooner and run slower (one compiler): for tests."""

    @property
    def address(self) -> str:
        """Where it listens, as a URL without a password."""
        return f"bolt://neo4j@127.0.0.1:{self.bolt}/neo4j"

    @property
    def pid(self) -> int:
        """The process that runs; 0 for none."""
        try:
            pid = int((self.home / "run" / "pid").read_text("utf-8"))
            line = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return 0
        return pid if f"--home-dir={self.home}".encode() in line else 0

    def start(self) -> None:
        """Start it unless it runs, and wait until it answers; `RuntimeError` if it does not."""
        with self._lock():
            if self.pid:
                ports = json.loads((self.home / "run" / "ports.json").read_text("utf-8"))
                self.bolt, self.http = ports["bolt"], ports["http"]
            else:
                self._begin()
            self._wait()

    def stop(self, *, now: bool = False) -> None:
        """End it, cleanly or with `now` by kill -9, and wait; nothing to end is no error."""
        pid = self.pid
        if pid:
            os.kill(pid, signal.SIGKILL if now else signal.SIGTERM)
            end = time.monotonic() + _STOPS_IN
            while self.pid == pid and not _is_zombie(pid):
                if time.monotonic() > end:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.05)
            _reap(pid)

    def admin(self, *arguments: str, folder: Path | None = None) -> str:
        """Run neo4j-admin while it is down; gives what it said, `RuntimeError` if it fails.

        Files are named as from `folder`, the home if none is given.
        """
        self._folders()
        if not (self.home / "conf" / "neo4j.conf").exists():
            self._configure()
        done = subprocess.run(
            [*self._java("512m"), "-XX:TieredStopAtLevel=1", "org.neo4j.cli.AdminTool", *arguments],
            check=False,
            cwd=folder or self.home,
            env=self._environment(),
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(f"neo4j-admin {' '.join(arguments[:3])}: {done.stdout}{done.stderr}")
        return done.stdout

    def cpu(self) -> float:
        """Give the CPU seconds that its process has used."""
        stat = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.home = self.home.absolute()
        self._folders()
        with (self.home / "run" / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _folders(self) -> None:
        for name in ("conf", "data", "logs", "run", "import", "plugins"):
            (self.home / name).mkdir(parents=True, exist_ok=True)

    def _java(self, heap: str) -> list[str]:
        classes = f"{jars(self.version)}/*"
        return [java(self.version), f"-Xms{heap}", f"-Xmx{heap}", *_FLAGS, "-cp", classes]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "NEO4J_HOME": str(self.home), "NEO4J_CONF": str(self.home / "conf")}

    def _configure(self) -> None:
        lines = [
            "server.default_listen_address=127.0.0.1",
            "server.default_advertised_address=127.0.0.1",
            f"server.bolt.listen_address=127.0.0.1:{self.bolt}",
            f"server.bolt.advertised_address=127.0.0.1:{self.bolt}",
            f"server.http.listen_address=127.0.0.1:{self.http}",
            f"server.http.advertised_address=127.0.0.1:{self.http}",
            "server.https.enabled=false",
            f"server.memory.pagecache.size={self.page_cache}",
            "server.directories.import=import",
            "dbms.usage_report.enabled=false",
            "client.allow_telemetry=false",
        ]
        if any(jars(self.version).glob("neo4j-fleet-management-*.jar")):
            # later versions look for others of their kind in the network unless told not to
            lines += ["server.fleet_discovery.enabled=false", "dbms.fleet_manager.enabled=false"]
        text = "".join(f"{line}\n" for line in (*lines, *self.settings))
        (self.home / "conf" / "neo4j.conf").write_text(text, "utf-8")

    def _begin(self) -> None:
        self.bolt, self.http = self.bolt or free_port(), self.http or free_port()
        self._configure()
        if not (self.home / "data" / "databases" / "system").exists():
            self.admin("dbms", "set-initial-password", PASSWORD)
        flags = ["-XX:TieredStopAtLevel=1"] if self.hurry else []
        with (self.home / "logs" / "console.log").open("w") as console:
            process = subprocess.Popen(
                [
                    *self._java(self.heap),
                    *flags,
                    _entry_point(jars(self.version)),
                    f"--home-dir={self.home}",
                    f"--config-dir={self.home}/conf",
                    "--console-mode",
                ],
                cwd=self.home,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        (self.home / "run" / "pid").write_text(str(process.pid), "utf-8")
        ports = {"bolt": self.bolt, "http": self.http}
        (self.home / "run" / "ports.json").write_text(json.dumps(ports), "utf-8")

    def _wait(self) -> None:
        end = time.monotonic() + _STARTS_IN
        pid = int((self.home / "run" / "pid").read_text("utf-8"))  # also while it becomes Java
        while not _answers(self.bolt):
            if _is_zombie(pid) or time.monotonic() > end:
                said = (self.home / "logs" / "console.log").read_text("utf-8").splitlines()[-20:]
                raise RuntimeError("Neo4j did not start:\n" + "\n".join(said))
            time.sleep(0.1)


def _entry_point(folder: Path) -> str:
    """Read from a version's jar which class starts its server."""
    (jar,) = folder.glob("neo4j-[0-9]*.jar")
    with zipfile.ZipFile(jar) as packed:
        named = packed.read("META-INF/services/org.neo4j.server.startup.EntryPoint")
    return named.decode().split()[0]


def _answers(port: int) -> bool:
    """Say whether somebody shakes hands as Bolt does."""
    try:
        with socket.create_connection(("127.0.0.1", port), 2) as one:
            one.sendall(_HELLO)
            return any(one.recv(4))
    except OSError:
        return False


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def _reap(pid: int) -> None:
    """Take leave of a process that was begun by this one."""
    try:
        os.waitpid(pid, 0)
    except ChildProcessError:
        return


def main(arguments: Sequence[str]) -> None:
    """Do what was asked on the command line."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").partition("\n")[0], allow_abbrev=False
    )
    parser.add_argument("what", choices=("start", "stop", "admin"))
    parser.add_argument("home", type=Path)
    parser.add_argument("--bolt", type=int, default=0)
    parser.add_argument("--http", type=int, default=0)
    parser.add_argument("--heap", default="1g")
    parser.add_argument("--now", action="store_true")
    asked, rest = parser.parse_known_args(arguments)
    server = Server(asked.home.absolute(), asked.bolt, asked.http, asked.heap)
    if asked.what == "admin":
        sys.stdout.write(server.admin(*rest, folder=Path.cwd()))
    elif asked.what == "stop":
        server.stop(now=asked.now)
    else:
        server.start()
        sys.stdout.write(f"{server.address} http://127.0.0.1:{server.http} {server.pid}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
