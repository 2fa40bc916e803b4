-- Scatter-gather: a sum goes to one other through many
-- Looks for: a payment that passes on 80 to 100 % of a stranger's within 36 hours to an account to
--   which two other hands or more have passed on the same one's by then.
-- Misses: the scattering, the first hands, and hands that keep more or wait longer.
WITH hop AS (
    SELECT id, time, payer, payee, amount FROM move
    WHERE rail = 'instant' AND before <= 1 AND amount >= 50 AND NOT is_declined
), passed AS (
    SELECT o.id, o.time, i.payer AS source, o.payer AS hand, o.payee AS beneficiary
    FROM hop AS i JOIN hop AS o ON o.payer = i.payee AND o.payee <> i.payer AND o.time > i.time
        AND o.time <= i.time + INTERVAL 36 HOURS AND o.amount BETWEEN 0.8 * i.amount AND i.amount
)
SELECT DISTINCT id FROM (
    SELECT id, count(DISTINCT hand) OVER (PARTITION BY source, beneficiary ORDER BY time
        RANGE BETWEEN INTERVAL 36 HOURS PRECEDING AND CURRENT ROW) AS hands FROM passed
) WHERE hands >= 3
