"""The page of the documentation on rules, alerts and assets for Kibana, made from the rules."""

from __future__ import annotations

from graphgen.elastic.rules import Rule, load_rule, rule_names

__all__ = ["page"]

_LEAD = """\
# Rules for Elasticsearch

`exporters/esql/` has the rules that look for crimes among a world's documents: a file of ES|QL
each, which says of itself what it looks for, what it misses, who looks alike, and how it scores.
They need Elasticsearch 8.19 (`LOOKUP JOIN`; no `INLINE STATS`, `FORK` or licence beyond basic).
What one query cannot say takes two, and the second is told what the first found. A rule with a
*twin* (`.json` beside it: a composite aggregation and a filter) runs on servers without ES|QL too,
and finds the same entities there.

```bash
graphgen load world es://127.0.0.1:9200 --blind
graphgen detect es://127.0.0.1:9200 --truth world              # all that look for what is planted
graphgen detect es://127.0.0.1:9200 structuring --truth world  # a rule, or a pattern
graphgen detect es://127.0.0.1:9200 --truth world --write      # and keep the alerts
```

[How well they find what was planted](rule_scores.md) is measured against the truth in the dataset's
files; the cluster needs none.

## Rules
"""
_ALERTS = """\
## Alerts

With `--write` alerts lie in `fraudgraph-alerts`, one document an entity; `_id` is its key.

| field | what it says |
| --- | --- |
| `entity.id`, `entity.type` | Whom it is about. |
| `account.id`, `user.id`, ... | The same, under the field that joins. |
| `alert.score` | 0 to 100: the scores of its rules as chances that are independent (assumed). |
| `alert.rules`, `alert.severity` | Which rules say so; the highest severity of them. |
| `alert.evidence` | Ids of the events that it rests on. |
| `alert.began`, `alert.ended`, `@timestamp` | From when to when; the end again. |
| `alert.said` | Each rule's own score, window and evidence. |

Writing again changes nothing. What a rule says now replaces what it said before; an entity of
which no rule says anything any more loses its document. `--wipe` of a load deletes alerts too: they
are on what is no longer there.

## Kibana

```bash
graphgen es assets kibana
curl -X POST localhost:5601/api/saved_objects/_import?overwrite=true -H 'kbn-xsrf: true' \\
  -u elastic --form file=@kibana/kibana.ndjson
curl -X POST localhost:5601/api/detection_engine/rules/_import?overwrite=true -H 'kbn-xsrf: true' \\
  -u elastic --form file=@kibana/rules.ndjson
```

* `kibana.ndjson`: data views of all indices, searches, and dashboards (overview, accounts, payments
  map, market, alerts), in the forms that 8.19 takes and later versions bring up to date.
* `rules.ndjson`: the rules of one query as detection rules, disabled; the row's score becomes the
  alert's. Those of two queries cannot be such rules: `graphgen detect --write` runs them.
* `transforms.json`: bodies of `PUT _transform/NAME`, features of each account and each person's
  last session; `transforms.console` has the same to paste into Dev Tools.

A world of the past is outside of a dashboard's last 90 days: `graphgen shift world --end now`.

Kibana itself was not run for this, nor were transforms, which the nodes of the tests lack: tests
hold all three to shapes written after Elastic's reference and after exports that others published,
and to the fields that the indices have.
"""


def page() -> str:
    """Give the page as Markdown."""
    rules = [load_rule(name) for name in rule_names()]
    lines = ["| rule | looks for | entity | severity | queries | twin |", "| --- " * 6 + "|"]
    lines += [_row(rule) for rule in rules]
    parts = [_LEAD, "\n".join(lines), "", *(_said(rule) for rule in rules), _ALERTS]
    return "\n".join(parts)


def _row(rule: Rule) -> str:
    twin = "yes" if rule.twin else ""
    cells = (
        f"[`{rule.name}`](#{rule.name})",
        ", ".join(f"`{pattern}`" for pattern in rule.patterns),
        f"`{rule.entity}`",
        rule.severity,
        str(len(rule.steps)),
        twin,
    )
    return f"| {' | '.join(cells)} |"


def _said(rule: Rule) -> str:
    about = rule.about
    return (
        f"### {rule.name}\n\n{rule.title}. ({about['Family']})\n\n"
        f"* Looks for {about['Looks for']}\n* Misses {about['Misses']}\n"
        f"* Looks alike: {about['Look-alike']}\n* Score: {about['Score']}\n"
        f"* See {'; '.join(rule.references)}.\n"
    )
