"""The page of the documentation that says what is in each index, made from the mapping."""

from __future__ import annotations

from collections.abc import Iterable

from graphgen.elastic.document import Document, Field
from graphgen.elastic.model import MODEL, TRUTH

__all__ = ["page"]

_LEAD = """\
graphgen's worlds in Elasticsearch: an index for each kind of event and entity. Names are those
of the [Elastic Common Schema][ecs] where it has a field. A join key has one name on both sides, so
`LOOKUP JOIN` works as it is: `account.id`, `user.id`, `device.id`, `source.ip`, `merchant.id`,
`security.id`, `position.id`; `event.id` joins the truth. The other party of a payment is joined by
`RENAME counterparty.account.id AS account.id`.

```sh
graphgen load world es://localhost:9200                # or generate --to es://localhost:9200
graphgen verify world --in es://localhost:9200         # every document, with a checksum an index
graphgen load world es-bulk:files                      # then files/load.sh http://localhost:9200
```

`ess://` and `https://` are encrypted. Who asks stands in `ELASTIC_API_KEY`, or in
`ELASTIC_PASSWORD` with the user in the URL (else `elastic`); `ELASTIC_CA_CERTS` names a file of
certificates to trust. `just up` starts Elasticsearch and Kibana in containers. Elasticsearch 8.19
and 9 can do all of it, 8.0 to 8.17 all but joins. [exporters.md](exporters.md) has the options.

* A load that was stopped goes on when it is run again; one that is whole is left alone. What it has
  done stands in the hidden index `fraudgraph-load`.
* While they are loaded indices are not refreshed and have no copies. Both are put back at the end,
  after Ctrl-C, and after a crash by the next run.
* A document that is refused ends a load, and is shown. Mappings are strict: a field that is not
  declared is refused.
* `graphgen shift es://localhost:9200 --dataset world --end now` moves both by whole weeks; the
  store by loading it again.
* [Rules](rules.md) look for crimes (`graphgen detect`), keep alerts, and are imported into Kibana
  with dashboards (`graphgen es assets`; Kibana itself was not run here).
* With `--data-stream` events are data streams. A load that goes on then counts on their not having
  been rolled over meanwhile: an id is unique in a backing index.

* Indices are called `fraudgraph-payment` and so on; `--prefix` names another beginning. Entities
  and the truth are in `index.mode: lookup` (plain where a server has no `LOOKUP JOIN`). A join
  gives the fields of the entity, and covers those of the same name.
* `_id` is the business key, and the first field says it too. `event.id` has it in every event,
  `related.user`, `related.ip` and `related.account` have whoever takes part.
* Sums are exact in major units (`scaled_float`) and in minor ones (`long`, `*_minor`). `@timestamp`
  is UTC in milliseconds, `local.*` the clock of the person.
* Each row that a bank books is a document: of a payment that clears later the original, then its
  settlement or return. Sum up one `payment.leg`; where nothing moved `payment.status` is declined.
* The truth lies in `fraudgraph-truth-*`, and nowhere with `--blind`. Prices by the minute are not
  in Elasticsearch.

[ecs]: https://www.elastic.co/docs/reference/ecs"""


def page() -> str:
    """Give the page as Markdown."""
    parts = ["# Elasticsearch", _LEAD]
    for title, some in (("Indices", MODEL), ("Indices of the truth", TRUTH)):
        parts.append(f"## {title}")
        parts += [_index(each) for each in some]
    return "\n\n".join(parts) + "\n"


def _index(document: Document) -> str:
    said = f"### {document.name}\n\n{document.doc}\n\n{_table(document.fields)}"
    if document.beside:
        said += f"\n\nWith `--denormalise`, as of that time:\n\n{_table(document.beside)}"
    return said


def _table(fields: Iterable[Field]) -> str:
    lines = ["| field | type | what it says |", "| --- | --- | --- |"]
    for field in fields:
        many = ", any number" if field.many else ""
        said = f"{field.doc} Always `{field.constant}`." if field.constant else field.doc
        lines.append(f"| `{field.name}` | {field.type}{many} | {said} |")
    return "\n".join(lines)
