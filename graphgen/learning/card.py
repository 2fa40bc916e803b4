"""A data set's card, as Hugging Face shows it: what it is, its files, its columns, its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from graphgen.learning.splits import borders

if TYPE_CHECKING:
    from graphgen.dataset import Dataset
    from graphgen.learning.configurations import Configuration

__all__ = ["card"]

_SIZES = {
    "n<1K": 10**3, "1K<n<10K": 10**4, "10K<n<100K": 10**5, "100K<n<1M": 10**6,
    "1M<n<10M": 10**7, "10M<n<100M": 10**8, "100M<n<1B": 10**9,
}  # fmt: skip

_WHAT = (
    "A property graph of people, accounts, devices and payments over {days} days from {start} "
    "(region {region}, seed {seed}), made by graphgen {graphgen}. Money adds up to the cent."
)
_SPLITS = """\
## Splits

By time: `train` to {first} (exclusive), `validation` to {second}, `test` from then on. Columns that
begin with `split_` hold others."""
_LIMITS = """\
## Limits

* It is synthetic. Every number comes from one seed, published figures and assumptions; what holds
  here has to be shown again on real data.
* Nothing is in it that was not planted or made from habits: no error of data entry, no outage of a
  bank, no crime of a kind that has no pattern.
* People do not learn: who was robbed pays no more carefully afterwards, and banks block nobody.
* Numbers, addresses, names and firms are invented or reserved, and look nobody up.

## Biases

* One country's habits, banks, calendar and names; names are drawn from weighted lists.
* Crimes are far more frequent than in life where the world was asked for that; weigh them.
* Everybody has a bank, and nearly everybody a device."""

_LABELS = """\
## Labels

`is_fraud` is the truth, `told` the label to learn from. A label has two clocks: `time`, when it
happened, and `reported_at`, when it became known, which may be never. A fair learner at a moment
uses what had been reported by then, and takes the rest for honest. Each crime has honest
look-alikes (`is_lookalike`): what finds these as well has found the wrong thing."""


def card(dataset: Dataset, found: list[Configuration], *, blind: bool) -> str:
    """Give the card of configurations."""
    run = dataset.run
    world = run["world"]
    rows = sum(one.rows for one in found)
    size = next((name for name, most in _SIZES.items() if rows < most), "n>1T")
    head = {
        "license": "cc-by-4.0",
        "pretty_name": f"graphgen: {world['users']:,} people, {run['days']} days",
        "tags": ["synthetic", "fraud-detection", "graph-ml", "finance"],
        "task_categories": ["graph-ml", "tabular-classification"],
        "size_categories": [size],
        "configs": [
            {
                "config_name": one.name,
                **({"default": True} if number == 0 else {}),
                "data_files": [{"split": s, "path": path} for s, path in one.files.items()],
            }
            for number, one in enumerate(found)
        ],
    }
    first, second = borders(dataset)
    told = [
        f"# graphgen: a financial world of {world['users']:,} people",
        _WHAT.format(**run, region=world["region"]),
        "```python\nfrom datasets import load_dataset\n\n"
        f'payments = load_dataset(".", "{found[0].name}")\n```'
        if found
        else "",
        "" if blind else _LABELS,
        _SPLITS.format(first=first, second=second),
        _dictionary(found),
        _LIMITS,
    ]
    front = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=4096)
    return f"---\n{front}---\n\n" + "\n\n".join(part for part in told if part) + "\n"


def _dictionary(found: list[Configuration]) -> str:
    parts = ["## Columns\n\nIds are graphgen's; times UTC; money whole minor units (cents)."]
    for one in found:
        lines = [f"### {one.name}", "", f"{one.doc} {one.rows:,} rows.", ""]
        lines += ["| column | type | what it says |", "| --- | --- | --- |"]
        lines += [f"| `{c}` | {kind} | {one.docs.get(c, '')} |" for c, kind in one.types.items()]
        parts.append("\n".join(lines))
    return "\n\n".join(parts)
