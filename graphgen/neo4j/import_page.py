"""IMPORT.md: how to run the import of the files beside it."""

from __future__ import annotations

from pathlib import Path

from graphgen.neo4j.import_files import ImportFiles

__all__ = ["import_page"]


def import_page(folder: Path, files: ImportFiles) -> str:
    """Give the page for files that come to lie in a folder."""
    nodes = sum(files.rows[node.name] for node in files.projection.model.nodes)
    relationships = files.rows.total() - nodes
    since = " 5.26 or later" if files.form == "parquet" else " 5 or later"
    return f"""# Import into Neo4j{since}

{nodes:,} nodes and {relationships:,} relationships. The tool makes a database anew, so the server
has to be down, or the database must not be there yet. In this folder:

```bash
cd {folder.absolute()}
neo4j stop
neo4j-admin database import full neo4j --overwrite-destination=true --verbose @import.args
neo4j start
cypher-shell -u neo4j -f schema-community.cypher
```

* The import is strict: it fails at a relationship whose ends are not there, and at an id that
  comes twice. So that it ends is a test of the files.
* Files have to be read by who runs the server: `chown -R neo4j` them where that is another user,
  and the database's folder after the import.
* Constraints come after the import: `schema-community.cypher` for every edition,
  `schema-enterprise.cypher` where keys shall be node keys.
"""
