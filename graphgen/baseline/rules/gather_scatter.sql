-- Gather-scatter: one gathers from many and hands out to many
-- Looks for: a payment to the third stranger or a later one of an account that three strangers or
--   more paid, all within three days.
-- Misses: the gathering, and hubs that take longer or serve people they know.
WITH side AS (
    SELECT id, time, unnest([payer, payee]) AS account, unnest([payee, payer]) AS other,
        unnest([false, true]) AS comes
    FROM move WHERE rail = 'instant' AND before <= 1 AND amount >= 50 AND NOT is_declined
)
SELECT id FROM (
    SELECT id, comes, count(DISTINCT other) FILTER (comes) OVER w AS payers,
        count(DISTINCT other) FILTER (NOT comes) OVER w AS payees
    FROM side
    WINDOW w AS (PARTITION BY account ORDER BY time
        RANGE BETWEEN INTERVAL 72 HOURS PRECEDING AND CURRENT ROW)
) WHERE NOT comes AND payers >= 3 AND payees >= 3
