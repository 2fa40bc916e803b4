"""DuckDB, asked for the same features of some payments from all rows, gives the same values."""

from __future__ import annotations

import numpy as np
import pytest

from graphgen import Dataset, World
from graphgen.exporters.parquet import Parquet
from graphgen.features import features, read
from graphgen.generate import generate
from graphgen.world import FRAUD

HOUR, DAY = 3_600_000, 86_400_000
WINDOWS = {"1h": HOUR, "1d": DAY, "7d": 7 * DAY, "30d": 30 * DAY}
ENDS = ("payer", "payee")
LAST = 16

VIEWS = """
CREATE TABLE line AS SELECT payment_id AS id, epoch_ms(time) AS t, amount_minor AS amount, rail,
    channel, leg = 'original' AS is_order, leg = 'original' AND status = 'booked' AS is_move,
    rail IN ('instant', 'batch', 'cheque', 'book') AS is_transfer, debtor_account_id AS debtor,
    creditor_account_id AS creditor, debtor_balance_minor, creditor_balance_minor, session_id,
    device_id, ip_id, merchant_id, card_id,
    CASE WHEN leg IN ('original', 'fee') THEN coalesce(counterparty_account_id, debtor)
        ELSE debtor END AS payer,
    CASE WHEN leg IN ('original', 'fee') THEN creditor
        ELSE coalesce(counterparty_account_id, creditor) END AS payee
FROM payment;
CREATE TABLE move AS FROM line WHERE is_move;
CREATE TABLE got AS SELECT *, row_number() OVER (PARTITION BY payee ORDER BY id) AS number
    FROM move WHERE is_transfer OR rail = 'cash';
CREATE TABLE transfer AS SELECT *, row_number() OVER (PARTITION BY payee ORDER BY id) AS number
    FROM move WHERE is_transfer;
CREATE TABLE sample AS FROM line WHERE hash(id) % {one_in} = 0
    OR (is_order AND is_transfer AND hash(id) % {one_in} < 6) ORDER BY id;
"""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    folder = tmp_path_factory.mktemp("world") / "world"
    world = World(users=300, days=45, seed=12, fraud=FRAUD["training"])
    generate(world, [Parquet(str(folder))])
    features(folder)
    made = Dataset(folder)
    made.connection.execute(VIEWS.format(one_in=60))
    return made


def agree(dataset: Dataset, query: str) -> None:
    """Compare a query's columns, by `id`, with the features that are called like them."""
    asked = dataset.connection.sql(query).to_arrow_table().sort_by("id")
    assert len(asked) > 100
    names = [name for name in asked.column_names if name != "id"]
    told = read(dataset, "payment", ["payment_id", *names])
    place = np.searchsorted(told["payment_id"].to_numpy(), asked["id"].to_numpy())
    for name in names:
        ours = np.asarray(told[name].to_pandas(), float)[place]
        theirs = np.asarray(asked[name].to_pandas(), float)
        assert np.isnan(ours).tolist() == np.isnan(theirs).tolist(), name
        off = np.abs(ours - theirs) > 1e-6 * np.abs(theirs) + 1e-3 * name.endswith("score") + 1e-5
        assert not off.any(), f"{name}: {asked['id'][int(off.argmax())]}"


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("side", ["out", "in"])
def test_windows_are_what_an_as_of_join_counts(dataset: Dataset, end: str, side: str) -> None:
    own, other = ENDS if side == "out" else ENDS[::-1]
    columns = []
    for name, width in WINDOWS.items():
        inside = f"FILTER (m.t >= s.t - {width})"
        columns += [
            f"{told} {inside} AS {end}_{side}_{what}_{name}"
            for what, told in (
                ("count", "count(m.id)"),
                ("mean", "avg(m.amount)"),
                ("deviation", "stddev_pop(m.amount)"),
                ("partners", f"count(DISTINCT m.{other})"),
            )
        ]
        columns.append(f"coalesce(sum(m.amount) {inside}, 0) AS {end}_{side}_sum_{name}")
    agree(
        dataset,
        f"SELECT s.id, {', '.join(columns)} FROM sample AS s LEFT JOIN move AS m "
        f"ON m.{own} = s.{end} AND (m.t, m.id) < (s.t, s.id) GROUP BY s.id",
    )


def test_pairs_and_gaps_are_what_an_as_of_join_finds(dataset: Dataset) -> None:
    gaps = ", ".join(
        f"(s.t - (SELECT max(t) FROM move WHERE {own} = s.{end} AND (t, id) < (s.t, s.id)))"
        f" / {HOUR} AS {end}_{side}_gap"
        for end in ENDS
        for side, own in zip(("out", "in"), ENDS, strict=True)
    )
    agree(
        dataset,
        f"""
        WITH pair AS (SELECT payer, payee, min(id) AS first FROM move GROUP BY ALL)
        SELECT s.id, {gaps}, count(m.id) = 0 AS pair_is_new, count(m.id) AS pair_count,
            (s.t - max(m.t)) / {HOUR} AS pair_gap,
            (SELECT count(*) FROM move AS r WHERE r.payer = s.payee AND r.payee = s.payer
                AND (r.t, r.id) < (s.t, s.id)) AS reverse_count,
            (SELECT s.t - max(r.t) FROM move AS r WHERE r.payer = s.payee AND r.payee = s.payer
                AND (r.t, r.id) < (s.t, s.id)) / {HOUR} AS reverse_gap,
            1 + (SELECT count(*) FROM pair AS p
                WHERE p.payer = s.payer AND p.first < coalesce(min(m.id), s.id)) AS out_port,
            1 + (SELECT count(*) FROM pair AS p
                WHERE p.payee = s.payee AND p.first < coalesce(min(m.id), s.id)) AS in_port
        FROM sample AS s LEFT JOIN move AS m
            ON m.payer = s.payer AND m.payee = s.payee AND (m.t, m.id) < (s.t, s.id)
        GROUP BY s.id, s.t, s.payer, s.payee
        """,
    )


def test_balances_ages_and_refusals_are_what_earlier_rows_say(dataset: Dataset) -> None:
    agree(
        dataset,
        f"""
        WITH balance AS (
            SELECT id, debtor AS account, debtor_balance_minor AS after FROM line
            UNION ALL SELECT id, creditor, creditor_balance_minor FROM line
        ), before AS (
            SELECT s.*, coalesce((SELECT arg_max(b.after, b.id) FROM balance AS b
                WHERE b.account = s.payer AND b.id < s.id), a.opening_balance_minor) AS held,
                (s.t - epoch_ms(a.opened)) / {DAY} AS payer_age,
                (s.t - epoch_ms(b.opened)) / {DAY} AS payee_age
            FROM sample AS s JOIN account AS a ON a.account_id = payer
            JOIN account AS b ON b.account_id = payee
        )
        SELECT id, payer_age, payee_age,
            CASE WHEN held > 0 THEN amount / held END AS drained_share,
            (SELECT count(*) FROM line AS d WHERE d.payer = s.payer AND d.is_order
                AND NOT d.is_move AND d.id < s.id) AS payer_declined_count,
            (SELECT s.t - max(d.t) FROM line AS d WHERE d.payer = s.payer AND d.is_order
                AND NOT d.is_move AND d.id < s.id) / {HOUR} AS payer_declined_gap,
            (SELECT CASE WHEN stddev_pop(m.amount) > 0
                THEN (s.amount - avg(m.amount)) / stddev_pop(m.amount) END FROM move AS m
                WHERE m.payer = s.payer AND m.id < s.id AND m.t >= s.t - {30 * DAY}) AS amount_score
        FROM before AS s
        """,
    )


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("window", ["1d", "7d", "30d"])
def test_what_is_passed_through_is_the_smaller_over_the_larger(
    dataset: Dataset, end: str, window: str
) -> None:
    agree(
        dataset,
        f"""
        SELECT id, CASE WHEN greatest(paid, got) > 0 THEN least(paid, got) / greatest(paid, got) END
            AS {end}_pass_through_{window}
        FROM (SELECT s.id, coalesce(sum(m.amount) FILTER (m.payer = s.{end}), 0) AS paid,
                coalesce(sum(m.amount) FILTER (m.payee = s.{end}), 0) AS got
            FROM sample AS s LEFT JOIN move AS m ON s.{end} IN (m.payer, m.payee) AND m.id < s.id
                AND m.t >= s.t - {WINDOWS[window]}
            GROUP BY s.id)
        """,
    )


def test_forwarded_money_is_found_among_the_last_receipts(dataset: Dataset) -> None:
    agree(
        dataset,
        f"""
        WITH receipt AS (
            SELECT s.id, s.t, s.amount AS wanted, g.t AS got, g.amount, g.id AS receipt,
                row_number() OVER (PARTITION BY s.id ORDER BY g.id DESC) AS back
            FROM sample AS s JOIN got AS g ON g.payee = s.payer AND g.id < s.id
        ), near AS (
            SELECT id, arg_min(wanted / amount, (greatest(wanted, amount) / least(wanted, amount),
                    back)) AS share,
                arg_min((t - got) / {HOUR}, (greatest(wanted, amount) / least(wanted, amount),
                    back)) AS gap
            FROM receipt WHERE back <= {LAST} AND got >= t - {7 * DAY} GROUP BY id
        ), part AS (
            SELECT id, t - got AS age, least(amount, greatest(0, wanted - coalesce(sum(amount)
                OVER (PARTITION BY id ORDER BY back
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0))) AS part
            FROM receipt WHERE back <= {LAST} AND got >= t - {30 * DAY}
        ), aged AS (SELECT id, sum(part * age) / sum(part) / {HOUR} AS hours FROM part GROUP BY id)
        SELECT s.id, share AS forward_share, gap AS forward_gap, hours AS forward_time
        FROM sample AS s LEFT JOIN near USING (id) LEFT JOIN aged USING (id)
        """,
    )


def test_chains_are_as_long_as_following_them_back_says(dataset: Dataset) -> None:
    agree(
        dataset,
        f"""
        WITH RECURSIVE step AS (
            SELECT l.id, g.id AS before FROM line AS l JOIN got AS g ON g.payee = l.payer
                AND g.id < l.id AND g.t >= l.t - {7 * DAY}
                AND l.amount BETWEEN 0.85 * g.amount AND 1.0001 * g.amount
            WHERE g.number > (SELECT count(*) FROM got AS h WHERE h.payee = l.payer AND h.id < l.id)
                - {LAST}
        ), chain AS (
            SELECT id, before, 1 AS hops FROM step WHERE id IN (SELECT id FROM sample)
            UNION SELECT chain.id, step.before, hops + 1
            FROM chain JOIN step ON step.id = chain.before
        )
        SELECT s.id, coalesce(max(hops), 0) AS chain_hops
        FROM sample AS s LEFT JOIN chain USING (id) GROUP BY s.id
        """,
    )


@pytest.mark.parametrize("entity", ["device", "ip"])
def test_devices_and_addresses_are_known_by_earlier_sights(dataset: Dataset, entity: str) -> None:
    agree(
        dataset,
        f"""
        WITH begins AS (SELECT 1000 * epoch(DATE '{dataset.run["start"]}') AS t),
        sight AS (
            SELECT epoch_ms(time) AS t, 0 AS kind, session_id AS id, user_id,
                {entity}_id AS thing FROM session
            UNION ALL
            SELECT t, 1, id, user_id, {entity}_id FROM line JOIN card USING (card_id)
            WHERE session_id IS NULL AND is_order AND {entity}_id IS NOT NULL
            UNION ALL
            SELECT epoch_ms(first_seen), -1, 0, user_id, {entity}_id FROM uses_{entity}
            WHERE epoch_ms(first_seen) < (SELECT t FROM begins)
        ), own AS (
            SELECT s.id, k.t, k.kind, k.id AS sight, k.user_id, k.thing FROM sample AS s
            JOIN sight AS k ON k.id = coalesce(s.session_id, s.id)
                AND k.kind = (s.session_id IS NULL)::INT
        ), told AS (
            SELECT o.id, count(DISTINCT k.user_id) FILTER (k.thing = o.thing) AS users,
                min(k.t) FILTER (k.thing = o.thing AND k.user_id = o.user_id) AS first,
                count(DISTINCT k.thing) FILTER (k.user_id = o.user_id) AS things,
                any_value(o.t) AS t
            FROM own AS o LEFT JOIN sight AS k ON (k.t, k.kind, k.id) < (o.t, o.kind, o.sight)
            GROUP BY o.id
        )
        SELECT s.id, users AS {entity}_users, things AS user_{entity}s,
            CASE WHEN told.id IS NOT NULL THEN first IS NULL END AS {entity}_is_new,
            (told.t - first) / {HOUR} AS {entity}_known_for
        FROM sample AS s LEFT JOIN told USING (id)
        """,
    )


def test_distances_are_from_home_and_from_the_last_till(dataset: Dataset) -> None:
    km = (
        "12742 * asin(sqrt(least(1, sin(radians({a}.latitude - {b}.latitude) / 2) ^ 2"
        " + cos(radians({a}.latitude)) * cos(radians({b}.latitude))"
        " * sin(radians({a}.longitude - {b}.longitude) / 2) ^ 2)))"
    )
    agree(
        dataset,
        f"""
        WITH till AS (
            SELECT id, t, user_id, latitude, longitude FROM line JOIN card USING (card_id)
            JOIN merchant USING (merchant_id) WHERE is_order AND channel = 'pos'
        ), two AS (
            SELECT s.*, lag(s) OVER (PARTITION BY user_id ORDER BY id) AS last FROM till AS s
        ), told AS (
            SELECT s.id, any_value({km.format(a="s", b="s.last")})
                    FILTER (s.last IS NOT NULL) AS far,
                any_value((s.t - s.last.t) / {HOUR}) AS gap,
                min({km.format(a="s", b="home")}) AS from_home
            FROM two AS s LEFT JOIN lives_at AS l ON l.user_id = s.user_id
                AND epoch_ms(since) <= s.t - s.t % {DAY}
                AND coalesce(s.t - s.t % {DAY} < epoch_ms(until), true)
            LEFT JOIN address AS home USING (address_id) GROUP BY s.id
        )
        SELECT s.id, from_home AS home_distance, far AS place_distance, gap AS place_gap,
            far / greatest(gap, 1 / 60) AS place_speed
        FROM sample AS s LEFT JOIN told USING (id)
        """,
    )


def test_degrees_are_of_the_transfers_of_thirty_days_before_midnight(dataset: Dataset) -> None:
    ends = ", ".join(
        f"""(SELECT count(DISTINCT CASE WHEN m.payer = s.{end} THEN m.payee ELSE m.payer END)
            FROM transfer AS m WHERE s.{end} IN (m.payer, m.payee) AND m.payer <> m.payee
            AND m.t < s.t - s.t % {DAY} AND m.t >= s.t - s.t % {DAY} - {30 * DAY})
            AS {end}_degree"""
        for end in ENDS
    )
    agree(dataset, f"SELECT s.id, {ends} FROM sample AS s")


BUSY = f"""(SELECT count(*) FROM transfer AS b WHERE b.payee = {{}} AND b.id < s.id
    AND b.t >= s.t - {7 * DAY}) >= {LAST}"""


def test_cycles_are_the_ways_that_a_recursive_query_finds(dataset: Dataset) -> None:
    counted = ", ".join(
        f"count(*) FILTER (w.hops = {n - 1} AND w.head = s.payee) AS cycle_{n}_7d"
        for n in (3, 4, 5, 6)
    )
    dataset.connection.execute(
        f"""
        CREATE OR REPLACE TABLE cycle AS
        WITH RECURSIVE way AS (
            SELECT s.id, s.t AS begins, s.payee, s.payer AS head, s.t AS last, 0 AS hops,
                [s.payer] AS path FROM sample AS s
            WHERE s.is_order AND s.is_transfer AND s.payer <> s.payee
            UNION ALL
            SELECT s.id, s.begins, s.payee, m.payer, m.t, hops + 1, list_append(path, m.payer)
            FROM way AS s JOIN transfer AS m ON m.payee = s.head AND m.t < s.last
                AND m.t >= s.begins - {7 * DAY} AND m.id < s.id
            WHERE hops < 5 AND s.head <> s.payee AND NOT list_contains(path, m.payer)
                AND (SELECT count(*) FROM transfer AS b WHERE b.payee = s.head AND b.id < s.id
                    AND b.t >= s.begins - {7 * DAY}) < {LAST}
        )
        SELECT s.id, {counted} FROM sample AS s LEFT JOIN way AS w USING (id) GROUP BY s.id;
        """
    )
    agree(dataset, "FROM cycle")
    found = "SELECT max(cycle_3_7d), max(cycle_4_7d), max(cycle_5_7d) FROM cycle"
    [most] = dataset.connection.execute(found).fetchall()
    assert min(most) > 0


def test_what_was_scattered_is_gathered_over_so_many_accounts(dataset: Dataset) -> None:
    agree(
        dataset,
        f"""
        WITH over AS (
            SELECT s.id, one.payer AS source, count(DISTINCT two.payer) AS accounts
            FROM sample AS s
            JOIN transfer AS one ON one.payee = s.payer AND one.id < s.id AND one.t < s.t
                AND one.t >= s.t - {7 * DAY} AND one.payer NOT IN (s.payer, s.payee)
            LEFT JOIN transfer AS two ON two.payee = s.payee AND two.id < s.id AND two.t < s.t
                AND two.t >= s.t - {7 * DAY} AND two.payer NOT IN (s.payer, s.payee, one.payer)
                AND EXISTS (FROM transfer AS m WHERE m.payer = one.payer AND m.payee = two.payer
                    AND m.t < two.t AND m.t >= s.t - {7 * DAY})
                AND NOT {BUSY.format("two.payer")}
            WHERE s.is_order AND s.is_transfer AND s.payer <> s.payee
                AND NOT {BUSY.format("s.payer")} AND NOT {BUSY.format("s.payee")}
            GROUP BY ALL
        )
        SELECT s.id, coalesce(max(accounts + 1) FILTER (accounts > 0), 0) AS scatter_gather_7d
        FROM sample AS s LEFT JOIN over USING (id) GROUP BY s.id
        """,
    )
    assert max(read(dataset, "payment", ["scatter_gather_7d"])[0].to_pylist()) > 2


def test_days_of_accounts_are_what_stood_at_their_end(dataset: Dataset) -> None:
    columns = []
    for side, own, other in (("out", "payer", "payee"), ("in", "payee", "payer")):
        for name in ("1d", "7d", "30d"):
            inside = f"FILTER (m.{own} = a.account AND m.t >= a.ends - {WINDOWS[name]})"
            columns += [
                f"count(m.id) {inside} AS {side}_count_{name}",
                f"coalesce(sum(m.amount) {inside}, 0) AS {side}_sum_{name}",
                f"avg(m.amount) {inside} AS {side}_mean_{name}",
                f"stddev_pop(m.amount) {inside} AS {side}_deviation_{name}",
                f"count(DISTINCT m.{other}) {inside} AS {side}_partners_{name}",
            ]
        last = f"max(m.t) FILTER (m.{own} = a.account)"
        columns.append(f"(a.ends - {last}) / {HOUR} AS {side}_gap")
        partners = f"count(DISTINCT m.{other}) FILTER (m.{own} = a.account"
        columns.append(f"{partners}) AS {other}s")
        columns.append(f"{partners}) - {partners} AND m.t < a.ends - {DAY}) AS new_{other}s")
    dataset.connection.execute(
        f"""
        CREATE OR REPLACE TABLE ended AS
        WITH a AS (
            SELECT DISTINCT account, t - t % {DAY} + {DAY} AS ends FROM (
                SELECT payer AS account, t FROM line WHERE is_order
                UNION ALL SELECT payee, t FROM line WHERE is_order)
        )
        SELECT a.account, make_timestamp((a.ends - {DAY}) * 1000)::DATE AS day,
            {", ".join(columns)},
            (SELECT count(*) FROM line AS d WHERE d.payer = a.account AND d.is_order
                AND NOT d.is_move AND d.t < a.ends AND d.t >= a.ends - {DAY}) AS declined_count,
            coalesce((SELECT arg_max(after, id) FROM (
                SELECT id, t, debtor AS account, debtor_balance_minor AS after FROM line
                UNION ALL SELECT id, t, creditor, creditor_balance_minor FROM line) AS b
                WHERE b.account = a.account AND b.t < a.ends),
                (SELECT opening_balance_minor FROM account WHERE account_id = a.account)) AS balance
        FROM a LEFT JOIN move AS m ON a.account IN (m.payer, m.payee) AND m.t < a.ends
        WHERE hash(a.account, a.ends) % 40 = 0 GROUP BY a.account, a.ends
        """
    )
    asked = dataset.connection.sql("FROM ended ORDER BY day, account").to_arrow_table()
    told = read(dataset, "account_day")
    rows = set(zip(told["account_id"].to_pylist(), told["day"].to_pylist(), strict=True))
    every = dataset.connection.sql(
        "SELECT DISTINCT account, make_timestamp(t * 1000)::DATE FROM (SELECT payer AS account, t "
        "FROM line WHERE is_order UNION ALL SELECT payee, t FROM line WHERE is_order)"
    ).fetchall()
    assert rows == set(every)
    ours = told.to_pandas().set_index(["day", "account_id"])
    ours = ours.loc[list(zip(asked["day"].to_pylist(), asked["account"].to_pylist(), strict=True))]
    for name in asked.column_names[2:]:
        one = np.asarray(ours[name], float)
        other = np.asarray(asked[name].to_pandas(), float)
        assert np.allclose(one, other, rtol=1e-6, atol=1e-5, equal_nan=True), name
