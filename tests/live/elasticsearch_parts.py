"""Elasticsearch put together from its Maven artefacts, once for each version.

What no artefact has, `elasticsearch/java/` stands in for: `GET /`, `scaled_float` (which rounds,
but keeps a double), parts of analysis that users and roles need, two constants of the licence.
Version 8.19 has ES|QL with LOOKUP JOIN, users, keys and TLS; of version 9 there is the server
alone: documents, queries, aggregations. Neither has scripts, ingest pipelines, transforms or
`semantic_text`.

`GRAPHGEN_CACHE` says where it is kept (~/.cache/graphgen), `JAVA_HOME` which Java, `MVN` which
Maven.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

__all__ = ["VERSIONS", "distribution", "java_home"]

VERSIONS = {"8": "8.19.21", "9": "9.5.3"}
"""What can be had, by major version."""
_LEAST_JAVA = {"8": 17, "9": 21}
_HERE = Path(__file__).with_name("elasticsearch")
_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
_RESOLVES_IN = 900
"""Seconds after which something is wrong."""
_LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%-5p][%-25c{1.}] %m%consoleException%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


def distribution(major: str) -> Path:
    """Give the folder of a version, laid out as its archive is; made when it is first asked for."""
    cache = Path(os.environ.get("GRAPHGEN_CACHE", Path.home() / ".cache" / "graphgen"))
    cache.mkdir(parents=True, exist_ok=True)
    folder = cache / f"elasticsearch-{VERSIONS[major]}-{_digest(major)}"
    with (cache / f"elasticsearch-{major}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            part = cache / f"{folder.name}.part"
            shutil.rmtree(part, ignore_errors=True)
            work = part / "work"
            _fetch(major, work / "jars")
            {"8": _assemble_8, "9": _assemble_9}[major](part, work)
            shutil.rmtree(work)
            part.rename(folder)
    return folder


def java_home(major: str) -> Path:
    """Give a Java that runs a version: the one of JAVA_HOME, on the path, or in a known place."""
    least = _LEAST_JAVA[major]
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("javac")
    homes += [Path(on_path).resolve().parent.parent] if on_path else []
    for place in ("/usr/lib/jvm", "/opt/java", str(Path.home() / ".sdkman/candidates/java")):
        homes += sorted(Path(place).glob("*/"))
    for home in homes:
        if least <= _java_major(home):
            return home
    raise RuntimeError(
        f"Elasticsearch {major} needs a JDK of Java {least} or later; set JAVA_HOME to one, "
        "or ES_TEST_URL to a server"
    )


def _java_major(home: Path) -> int:
    """Read which Java lies in a folder; 0 for none that compiles."""
    try:
        told = (home / "release").read_text("utf-8")
    except OSError:
        return 0
    found = re.search(r'JAVA_VERSION="(?:1\.)?(\d+)', told)
    return int(found[1]) if found and (home / "bin" / "javac").exists() else 0


def _digest(major: str) -> str:
    """Tell apart what was put together from other sources than these."""
    told = hashlib.sha256()
    for path in sorted({Path(__file__), _HERE / f"{major}.pom.xml", *_HERE.rglob("*.java")}):
        told.update(path.read_bytes())
    return told.hexdigest()[:12]


def _fetch(major: str, folder: Path) -> None:
    maven = shutil.which(os.environ.get("MVN", "mvn"))
    if maven is None:
        raise RuntimeError("no Maven: install it (mvn), or set ES_TEST_URL to a server")
    pom, out = _HERE / f"{major}.pom.xml", f"-DoutputDirectory={folder}"
    _run([maven, "-B", "-q", "-ntp", "-f", pom, _COPY, "-DincludeScope=runtime", out])


def _assemble_8(home: Path, work: Path) -> None:
    """Take the archive that Elastic's own tests use, and add ES|QL."""
    version = VERSIONS["8"]
    jars = work / "jars"
    archive = jars / f"elasticsearch-{version}.zip"
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(work)
    archive.unlink()
    for each in (work / f"elasticsearch-{version}").iterdir():
        each.rename(home / each.name)
    for script in (home / "bin").iterdir():
        script.chmod(0o755)
    core, esql = home / "modules" / "x-pack-esql-core", home / "modules" / "x-pack-esql"
    core.mkdir()
    esql.mkdir()
    # the same class in two modules of which one uses the other is refused
    shared = [home / "lib", home / "modules" / "x-pack-core"]
    there = {_artefact(jar) for folder in shared for jar in folder.glob("*.jar")}
    for jar in jars.glob("*.jar"):
        name = _artefact(jar)
        if name in {"x-pack-esql-core", "x-pack-mapper-version", "antlr4-runtime"}:
            jar.rename(core / jar.name)
        elif name not in there | {"slf4j-nop"}:
            jar.rename(esql / jar.name)
    _describe(core, _own_description(core / f"x-pack-esql-core-{version}.jar"))
    told = _own_description(esql / f"x-pack-esql-{version}.jar")
    # two more that it names are in no artefact, and are not needed
    _describe(esql, re.sub(r"(?m)^extended\.plugins=.*", "extended.plugins=x-pack-esql-core", told))
    classes = [home / "lib", home / "modules" / "x-pack-core"]
    _compile("8", ["both", "v8"], classes, home / "modules" / "stand-ins" / "stand-ins.jar", work)
    _compile("8", ["ml"], classes, esql / "ml.jar", work)
    _describe(home / "modules" / "stand-ins", _description("8"))


def _assemble_9(home: Path, work: Path) -> None:
    """Lay out the server's jars as its archive would, and add what starts it."""
    jars = work / "jars"
    netty, lib = home / "modules" / "transport-netty4", home / "lib"
    platform_ = {"x86_64": "linux-x64", "aarch64": "linux-aarch64"}[platform.machine()]
    native = lib / "platform" / platform_
    for folder in (netty, native, home / "plugins", home / "config"):
        folder.mkdir(parents=True)
    (archive,) = jars.glob("*.zip")
    with zipfile.ZipFile(archive) as packed:
        (inside,) = (n for n in packed.namelist() if n.endswith(f"{platform_}/libzstd.so"))
        (native / "libzstd.so").write_bytes(packed.read(inside))
    for jar in jars.glob("*.jar"):
        own = jar.name.startswith(("netty-", "transport-netty4-", "elasticsearch-ssl-config-"))
        jar.rename((netty if own else lib) / jar.name)
    _describe(netty, _own_description(netty / f"transport-netty4-{VERSIONS['9']}.jar"))
    stand_ins = home / "modules" / "stand-ins"
    _compile("9", ["both", "v9"], [lib], stand_ins / "stand-ins.jar", work)
    _describe(stand_ins, _description("9"))
    _compile("9", ["launch"], [lib], home / "launch" / "launch.jar", work)
    (home / "config" / "log4j2.properties").write_text(_LOGGING, "utf-8")


def _artefact(jar: Path) -> str:
    """Take the version off a jar's name."""
    return re.sub(r"-\d.*", "", jar.name)


def _own_description(jar: Path) -> str:
    """Read what a plugin's jar says of it."""
    with zipfile.ZipFile(jar) as packed:
        (inside,) = (n for n in packed.namelist() if n.endswith("/plugin-descriptor.properties"))
        return packed.read(inside).decode()


def _description(major: str) -> str:
    lines = {
        "description": "stand-ins for modules that no artefact has",
        "name": "stand-ins",
        "classname": "standin.StandIns",
        "version": VERSIONS[major],
        "elasticsearch.version": VERSIONS[major],
        "java.version": _LEAST_JAVA[major],
    }
    return "".join(f"{key}={value}\n" for key, value in lines.items())


def _describe(module: Path, text: str) -> None:
    (module / "plugin-descriptor.properties").write_text(text, "utf-8")


def _compile(
    major: str, sources: Sequence[str], classes: Sequence[Path], jar: Path, work: Path
) -> None:
    """Compile some of the folders of Java into a jar."""
    tools = java_home(major) / "bin"
    out = work / jar.stem
    files = [path for name in sources for path in (_HERE / "java" / name).rglob("*.java")]
    path = ":".join(f"{folder}/*" for folder in classes)
    release = str(_LEAST_JAVA[major])
    _run([tools / "javac", "--release", release, "-nowarn", "-cp", path, "-d", out, *files])
    jar.parent.mkdir(parents=True, exist_ok=True)
    _run([tools / "jar", "cf", jar, "-C", out, "."])


def _run(words: Sequence[str | Path]) -> None:
    subprocess.run(words, check=True, timeout=_RESOLVES_IN, stdout=sys.stderr)
