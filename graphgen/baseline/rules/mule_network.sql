-- Mule network: nearly all that strangers send goes on within two days
-- Looks for: a payment with which an account has passed on 80 to 101 % of what strangers sent it in
--   the last two days, 300 or more, to strangers.
-- Misses: the payments into the account, and hands that wait longer, keep more or know each other.
WITH side AS (
    SELECT id, time, unnest([payer, payee]) AS account, unnest([false, true]) AS comes, amount
    FROM move
    WHERE rail IN ('instant', 'cash') AND before <= 1 AND amount >= 50 AND NOT is_declined
)
SELECT id FROM (
    SELECT id, comes, sum(amount) FILTER (comes) OVER w AS came,
        sum(amount) FILTER (NOT comes) OVER w AS went
    FROM side
    WINDOW w AS (PARTITION BY account ORDER BY time
        RANGE BETWEEN INTERVAL 48 HOURS PRECEDING AND CURRENT ROW)
) WHERE NOT comes AND came >= 300 AND went BETWEEN 0.8 * came AND 1.01 * came
