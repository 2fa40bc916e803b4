-- Bipartite flow: several firms all pay the same several others within days
-- Looks for: a payment for supplies by a firm that within three days has paid, as another has, this
--   payee and one more.
-- Misses: the first payments, and flows that take longer.
WITH supply AS (
    SELECT id, time, payer, payee FROM move
    WHERE purpose = 'SUPP' AND amount >= 100 AND before <= 3 AND NOT is_declined
), shared AS (
    SELECT a.id, a.time, a.payer, b.payer AS other, a.payee
    FROM supply AS a JOIN supply AS b ON a.payee = b.payee AND a.payer <> b.payer
        AND b.time < a.time AND b.time >= a.time - INTERVAL 72 HOURS
)
SELECT DISTINCT id FROM (
    SELECT id, count(DISTINCT payee) OVER (PARTITION BY payer, other ORDER BY time
        RANGE BETWEEN INTERVAL 72 HOURS PRECEDING AND CURRENT ROW) AS payees FROM shared
) WHERE payees >= 2
