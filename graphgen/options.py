"""The options and arguments of the command line, each with its help."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import Argument, Option


class Labels(StrEnum):
    """Where labels stand."""

    APART = "apart"
    INLINE = "inline"


class LeftOut(StrEnum):
    """What a twin is without."""

    CRIMES = "crimes"
    LOOKALIKES = "lookalikes"


class Kinds(StrEnum):
    """What can be listed."""

    PATTERNS = "patterns"
    WALKS = "walks"
    EXPORTERS = "exporters"
    REGIONS = "regions"


WorldYaml = Annotated[
    Path | None, Argument(metavar="WORLD.yaml", help="World file; `init` writes one.")
]
Users = Annotated[int | None, Option(help="How many people.")]
Days = Annotated[int | None, Option(help="How many days are walked.")]
Start = Annotated[str | None, Option(metavar="DATE", help="First day (UTC): YYYY-MM-DD, or now.")]
End = Annotated[str | None, Option(metavar="DATE", help="Day after the last: YYYY-MM-DD, or now.")]
Seed = Annotated[int | None, Option(help="Where all randomness comes from.")]
Region = Annotated[str | None, Option(metavar="NAME", help="Where; see `list`.")]
To = Annotated[list[str] | None, Option(metavar="EXPORTER:TARGET", help="Where to write; repeats.")]
Settings = Annotated[
    list[str] | None,
    Option("--set", metavar="KEY=VALUE", help="Any key of a world file; repeats."),
]
LabelsIn = Annotated[Labels, Option("--labels", help="Beside the data, or in it too.")]
Url = Annotated[str, Argument(metavar="URL", help="neo4j://USER@HOST:7687/DATABASE")]
Prefix = Annotated[str, Option(help="What the names of indices begin with.")]
Port = Annotated[int, Option(min=0, max=65535, help="Where it listens; 0: wherever is free.")]
Workers = Annotated[int, Option(min=1, help="Processes that walk days.")]
Resume = Annotated[bool, Option("--resume", help="Finish what was stopped.")]
Force = Annotated[bool, Option("--force", help="Write over what is there.")]
Quiet = Annotated[bool, Option("--quiet", help="Print nothing but errors.")]
Json = Annotated[bool, Option("--json", help="Print one JSON document on stdout.")]

Kind = Annotated[Kinds | None, Argument(metavar="KIND", help="One of these; by default all.")]
Name = Annotated[str, Argument(metavar="NAME", help="A pattern, walk, exporter, region or table.")]
Sink = Annotated[
    str, Argument(metavar="EXPORTER:TARGET", help="Or a server's URL; see `list exporters`.")
]
Written = Annotated[Path, Argument(metavar="DATASET", help="Folder of a written dataset.")]
Database = Annotated[
    str, Argument(metavar="URL", help="neo4j://USER@HOST:PORT/DB, bolt://, or es://HOST:PORT.")
]
Patterns = Annotated[
    list[str] | None,
    Argument(metavar="PATTERN|RULE", help="These; by default all that have cases."),
]
WriteAlerts = Annotated[bool, Option("--write", help="Write alerts into the store, one an entity.")]
Truth = Annotated[
    Path, Option("--truth", metavar="DATASET", help="Folder of the dataset that was loaded.")
]
In = Annotated[Path, Option("--in", metavar="DATASET", help="Folder of a written dataset.")]
Stored = Annotated[
    str | None, Option("--in", metavar="URL", help="Compare it with what this store holds.")
]
Full = Annotated[bool, Option("--full", help="With --in: every row, not a sample.")]
CaseId = Annotated[str, Argument(metavar="ID", help="A case: C and ten digits, or the digits.")]
AccountId = Annotated[str, Argument(metavar="ID", help="An account: A and ten digits.")]
Question = Annotated[str, Argument(metavar="QUERY", help="One SELECT or one MATCH.")]
Known = Annotated[bool, Option("--known", help="What had been reported by then too: late labels.")]
Csv = Annotated[bool, Option("--csv", help="Print CSV, all rows of it.")]
Limit = Annotated[int, Option(min=0, help="How many rows are shown.")]
Other = Annotated[Path, Argument(metavar="OTHER", help="Folder of the dataset to compare with.")]
Moved = Annotated[
    str, Argument(metavar="DATASET|URL", help="Folder of a written dataset, or a store's URL.")
]
MovedTo = Annotated[
    str, Option("--end", metavar="DATE", help="Day after its last, at most: YYYY-MM-DD, or now.")
]
LoadedFrom = Annotated[
    Path | None, Option("--dataset", metavar="DATASET", help="Of a store: what was loaded there.")
]
Seeds = Annotated[int, Option(min=1, max=100, help="How often a model learns, each time anew.")]
Gnn = Annotated[bool, Option("--gnn/--no-gnn", help="Try the graph network, of small worlds.")]
Ablations = Annotated[
    bool, Option("--ablations", help="Try it too without what makes it hard in life.")
]
Target = Annotated[Path, Argument(metavar="DIR", help="Folder to write.")]
Without = Annotated[LeftOut, Option("--without", help="What is not done in the twin.")]
Html = Annotated[Path | None, Option("--html", metavar="FILE", help="Write it as a page too.")]
Realism = Annotated[bool, Option("--realism", help="Measure realism too; that fails no check.")]
Only = Annotated[
    list[str] | None, Option("--only", metavar="NAME", help="This promise alone; repeats.")
]
Llm = Annotated[str, Option("--llm", metavar="URL", help="As https://host/v1: whom to ask.")]
Model = Annotated[str, Option("--model", metavar="NAME", help="A model that is there.")]
Parameters = Annotated[
    list[str] | None,
    Option("--set", metavar="KEY=VALUE", help="One more key of each request; repeats."),
]
Concurrency = Annotated[int, Option(min=1, max=256, help="Requests at once.")]
Tries = Annotated[int, Option(min=1, max=20, help="How often each piece is asked for.")]
AtMost = Annotated[
    int | None, Option("--limit", min=0, help="How many pieces are asked for, at most.")
]
Timeout = Annotated[float, Option(min=1, help="Seconds in which an answer has to come.")]
AsJsonSchema = Annotated[
    bool, Option("--json-schema", help="The JSON Schema of a world file instead.")
]
File = Annotated[Path, Argument(metavar="FILE", help="- for stdout.")]
