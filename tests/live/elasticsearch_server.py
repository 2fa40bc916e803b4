"""A real Elasticsearch node, put together from its Maven artefacts, on this machine only.

    python tests/live/elasticsearch_server.py start HOME [--port PORT] [--version 8] [--heap 512m]
        [--security] [--tls]
    python tests/live/elasticsearch_server.py stop HOME [--now]

`elasticsearch_parts.py` says of what, and what it lacks. With `--security` somebody has to log in:
the user elastic, by `ELASTIC_PASSWORD`, else by a password that a test may know. `--tls` means that
too; its certificate signs itself, and is HOME/ca.crt.
"""

from __future__ import annotations

import argparse
import base64
import fcntl
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from urllib.error import URLError
from urllib.request import Request, urlopen

# its neighbour, from wherever this is loaded
sys.path.insert(0, str(Path(__file__).resolve().parent))
from elasticsearch_parts import VERSIONS, distribution, java_home

__all__ = ["PASSWORD", "VERSION", "Server", "free_port"]

VERSION = os.environ.get("ES_VERSION", "8")
PASSWORD = os.environ.get("ELASTIC_PASSWORD", "only-for-tests")
_FOLDERS = ("data", "logs", "tmp", "run")
_NOBODY = 65534
"""Version 8 refuses to run as root: it runs as this user then."""
_STARTS_IN, _STOPS_IN = 180, 60
"""Seconds after which something is wrong."""
_FLAGS_9 = (
    "-XX:+UseG1GC",
    "-Xss1m",
    "-Djava.awt.headless=true",
    "-Dfile.encoding=UTF-8",
    "-Dlog4j.shutdownHookEnabled=false",
    "-Dlog4j2.disable.jmx=true",
    "-Dio.netty.noUnsafe=true",
    "-Dio.netty.noKeySetOptimization=true",
    "-Dio.netty.recycler.maxCapacityPerThread=0",
    "-Des.distribution.type=zip",
    "-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1",
    "-Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false",
    "--enable-native-access=ALL-UNNAMED,org.elasticsearch.nativeaccess,org.apache.lucene.core",
    "--add-modules=jdk.net,jdk.management.agent,jdk.incubator.vector,ALL-MODULE-PATH",
)


def free_port() -> int:
    """Give a port of this machine that nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Server:
    """A node whose files lie in one folder; version 8 needs a folder that everybody may enter."""

    home: Path
    port: int = 0
    """Where it listens for HTTP; 0 for a port that is free."""
    heap: str = "512m"
    version: str = VERSION
    """The major version."""
    security: bool = False
    """Whether somebody has to log in; only version 8."""
    tls: bool = False
    """Whether it speaks HTTPS; only version 8, with `security`."""
    settings: tuple[str, ...] = ()
    """More lines of elasticsearch.yml, from the next start on."""
    hurry: bool = False
    """Whether to start sooner and run slower (one compiler): for tests."""

    @property
    def url(self) -> str:
        """Where it listens, as HTTP clients have it, without a password."""
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """Where it listens, as graphgen has it, without a password."""
        user = "elastic@" if self.security or self.tls else ""
        return f"es{'s' if self.tls else ''}://{user}127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        """What a client has to trust, with `tls`."""
        return self.home / "ca.crt"

    @property
    def pid(self) -> int:
        """The process that runs; 0 for none."""
        try:
            pid = int((self.home / "run" / "pid").read_text("utf-8"))
            line = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (OSError, ValueError):
            return 0
        return pid if f"-Des.path.home={self.home}/home\0".encode() in line else 0

    def start(self) -> None:
        """Start it unless it runs, and wait until it answers; `RuntimeError` if it does not."""
        with self._lock():
            if self.pid:
                self.__dict__ |= json.loads((self.home / "run" / "how.json").read_text("utf-8"))
            else:
                self._begin()
            self._wait()

    def stop(self, *, now: bool = False) -> None:
        """End it, cleanly or with `now` by kill -9, and wait; nothing to end is no error."""
        pid = self.pid
        if pid:
            os.kill(pid, signal.SIGKILL if now else signal.SIGTERM)
            end = time.monotonic() + _STOPS_IN
            while not _is_gone(pid):  # the file of its number goes before it
                if time.monotonic() > end:
                    os.kill(pid, signal.SIGKILL)
                time.sleep(0.05)
            _reap(pid)

    def cpu(self) -> float:
        """Give the CPU seconds that its process has used."""
        stat = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def _lock(self) -> Iterator[None]:
        self.home = self.home.absolute()
        for name in _FOLDERS:
            (self.home / name).mkdir(parents=True, exist_ok=True)
        with (self.home / "run" / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _begin(self) -> None:
        self.port = self.port or free_port()
        home = self.home / "home"
        shutil.rmtree(home, ignore_errors=True)
        parts = distribution(self.version)
        apart = shutil.ignore_patterns("config")  # the node's own, which it writes into
        shutil.copytree(parts, home, copy_function=_link, ignore=apart)
        shutil.copytree(parts / "config", home / "config")
        (home / "logs").mkdir(exist_ok=True)
        self._configure(home)
        as_user = self._owned(home) if self.version == "8" and os.getuid() == 0 else {}
        if self.security or self.tls:
            self._keep_password(home, as_user)
        begin = {"8": self._begin_8, "9": self._begin_9}[self.version]
        with (self.home / "logs" / "console.log").open("w") as console:
            begin(home, console, as_user)
        how = {name: getattr(self, name) for name in ("port", "version", "security", "tls")}
        (self.home / "run" / "how.json").write_text(json.dumps(how), "utf-8")

    def _begin_8(self, home: Path, console: IO[str], as_user: dict[str, Any]) -> None:
        """Begin it by its own launcher, which ends when the node is up."""
        pid = self.home / "run" / "pid"
        done = subprocess.run(
            [home / "bin" / "elasticsearch", "--daemonize", "--pidfile", pid],
            check=False,
            cwd=home,
            env=self._environment(self._memory()),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            timeout=_STARTS_IN,
            **as_user,
        )
        if done.returncode:
            raise RuntimeError(self._said())

    def _begin_9(self, home: Path, console: IO[str], as_user: dict[str, Any]) -> None:
        (native,) = (home / "lib" / "platform").iterdir()
        words = [
            java_home("9") / "bin" / "java",
            *self._memory(),
            *_FLAGS_9,
            f"-Djava.io.tmpdir={self.home / 'tmp'}",
            f"-Djava.library.path={native}",
            f"-Des.nativelibs.path={native}",
            f"-Des.path.home={home}",
            f"-Des.path.conf={home}/config",
            "--module-path",
            home / "lib",
            "-cp",
            home / "launch" / "launch.jar",
            "standin.Launch",
            home,
        ]
        process = subprocess.Popen(
            words,
            cwd=home,
            env=self._environment(()),
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **as_user,
        )
        (self.home / "run" / "pid").write_text(str(process.pid), "utf-8")

    def _memory(self) -> list[str]:
        hurry = ["-XX:TieredStopAtLevel=1"] if self.hurry else []
        return [f"-Xms{self.heap}", f"-Xmx{self.heap}", *hurry]

    def _environment(self, options: Sequence[str]) -> dict[str, str]:
        own = {
            "ES_JAVA_HOME": str(java_home(self.version)),
            "ES_JAVA_OPTS": " ".join(options),
            "ES_TMPDIR": str(self.home / "tmp"),
        }
        ignored = ("JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JAVA_OPTS")
        return {name: v for name, v in os.environ.items() if name not in ignored} | own

    def _configure(self, home: Path) -> None:
        lines = [
            f"cluster.name: {self.home.name}",
            "node.name: node-1",
            f"path.data: {self.home}/data",
            f"path.logs: {self.home}/logs",
            "network.host: 127.0.0.1",
            f"http.port: {self.port}",
            f"transport.port: {free_port()}",
            "discovery.type: single-node",
            "cluster.routing.allocation.disk.threshold_enabled: false",
            "action.destructive_requires_name: false",
        ]
        if self.version == "8":
            guarded = "true" if self.security or self.tls else "false"
            lines += [f"xpack.security.enabled: {guarded}"]
            lines += ["xpack.security.enrollment.enabled: false"]
        if self.tls:
            self._certify(home / "config")
            lines += [
                "xpack.security.http.ssl.enabled: true",
                "xpack.security.http.ssl.key: http.key",
                "xpack.security.http.ssl.certificate: ca.crt",
            ]
        text = "".join(f"{line}\n" for line in (*lines, *self.settings))
        (home / "config" / "elasticsearch.yml").write_text(text, "utf-8")

    def _certify(self, config: Path) -> None:
        """Make a certificate that signs itself, once."""
        if not self.certificate.exists():
            names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
            asked = ["-subj", "/CN=localhost", "-addext", names, "-days", "3650", "-nodes"]
            out = ["-keyout", str(self.home / "http.key"), "-out", str(self.certificate)]
            subprocess.run(
                [
                    shutil.which("openssl") or "openssl",
                    "req",
                    "-x509",
                    "-newkey",
                    "rsa:2048",
                    *asked,
                    *out,
                ],
                check=True,
                capture_output=True,
            )
        for name in ("ca.crt", "http.key"):
            shutil.copy(self.home / name, config / name)

    def _owned(self, home: Path) -> dict[str, Any]:
        """Give what version 8 writes to the user that it runs as."""
        for folder in (home / "config", home / "logs", *(self.home / name for name in _FOLDERS)):
            for each in (folder, *folder.rglob("*")):
                os.chown(each, _NOBODY, _NOBODY)
        return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []}

    def _keep_password(self, home: Path, as_user: dict[str, Any]) -> None:
        tool = home / "bin" / "elasticsearch-keystore"
        for words, told in ((["create"], ""), (["add", "-x", "bootstrap.password"], PASSWORD)):
            subprocess.run(
                [tool, *words],
                check=True,
                env=self._environment(()),
                input=told,
                text=True,
                capture_output=True,
                **as_user,
            )

    def _wait(self) -> None:
        end = time.monotonic() + _STARTS_IN
        pid = int((self.home / "run" / "pid").read_text("utf-8"))  # also while it becomes Java
        while not self._answers():
            if _is_gone(pid) or time.monotonic() > end:
                raise RuntimeError(self._said())
            time.sleep(0.2)

    def _answers(self) -> bool:
        """Say whether it is up, and has what it holds at hand."""
        health = f"{self.url}/_cluster/health?wait_for_status=yellow&timeout=3s"
        login = base64.b64encode(f"elastic:{PASSWORD}".encode()).decode()
        guarded = self.security or self.tls
        asked = Request(health, headers={"Authorization": f"Basic {login}"} if guarded else {})  # noqa: S310 - http
        trust = ssl.create_default_context(cafile=self.certificate) if self.tls else None
        try:
            with urlopen(asked, timeout=5, context=trust) as answer:  # noqa: S310 - http
                return bool(answer.status == 200)
        except (URLError, OSError):
            return False

    def _said(self) -> str:
        said = (self.home / "logs" / "console.log").read_text("utf-8").splitlines()[-20:]
        return "\n".join(["Elasticsearch did not start:", *said])


def _link(source: str, target: str) -> None:
    """Put the same file at another place, by a second name where that can be."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _is_gone(pid: int) -> bool:
    """Say whether a process is gone, with its threads: one that still has some holds its port."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
        return state == "Z" and len(list(Path(f"/proc/{pid}/task").iterdir())) <= 1
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
    parser.add_argument("what", choices=("start", "stop"))
    parser.add_argument("home", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--version", choices=tuple(VERSIONS), default=VERSION)
    parser.add_argument("--heap", default="512m")
    parser.add_argument("--security", action="store_true")
    parser.add_argument("--tls", action="store_true")
    parser.add_argument("--now", action="store_true")
    asked = vars(parser.parse_args(arguments))
    what, now = asked.pop("what"), asked.pop("now")
    server = Server(**asked | {"home": asked["home"].absolute()})
    if what == "stop":
        server.stop(now=now)
    else:
        server.start()
        sys.stdout.write(f"{server.address} {server.url} {server.pid}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
