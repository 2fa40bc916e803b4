-- Authorised push payment scam: a mule passes each receipt on at once
-- Looks for: a payment by instant transfer or in cash of 88 to 99 % of one receipt of the last day
--   from somebody who hardly ever paid this account.
-- Misses: the victim's own payment, and mules who split receipts, pool them or wait.
WITH receipt AS (
    SELECT time, payer, payee, amount FROM move
    WHERE rail = 'instant' AND before <= 12 AND amount >= 30 AND NOT is_declined
)
SELECT DISTINCT m.id FROM move AS m JOIN receipt AS r ON m.payer = r.payee AND m.time > r.time
    AND m.time <= r.time + INTERVAL 24 HOURS AND m.amount BETWEEN 0.88 * r.amount AND 0.99 * r.amount
WHERE m.rail IN ('instant', 'cash') AND m.payee <> r.payer AND NOT m.is_declined
