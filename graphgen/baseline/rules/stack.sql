-- Stack: layers of firms, each of which pays all it got on to those of the next
-- Looks for: a payment for supplies with which a firm that two or more paid within three days has
--   passed 85 to 102 % of it on to two or more.
-- Misses: the first layer, stacks that take longer, and layers of which a large part stays.
WITH side AS (
    SELECT id, time, unnest([payer, payee]) AS account, unnest([payee, payer]) AS other,
        unnest([false, true]) AS comes, amount
    FROM move WHERE purpose = 'SUPP' AND amount >= 100 AND before <= 3 AND NOT is_declined
)
SELECT id FROM (
    SELECT id, comes, count(DISTINCT other) FILTER (comes) OVER w AS payers,
        count(DISTINCT other) FILTER (NOT comes) OVER w AS payees,
        sum(amount) FILTER (comes) OVER w AS came, sum(amount) FILTER (NOT comes) OVER w AS went
    FROM side
    WINDOW w AS (PARTITION BY account ORDER BY time
        RANGE BETWEEN INTERVAL 72 HOURS PRECEDING AND CURRENT ROW)
) WHERE NOT comes AND payers >= 2 AND payees >= 2 AND went BETWEEN 0.85 * came AND 1.02 * came
