-- Fan-in: an account that several pay for the first time within days
-- Looks for: the fourth payer or a later one within three days who hardly ever paid this payee.
-- Misses: the first payers, and rings that take longer.
SELECT id FROM (
    SELECT id, count(DISTINCT payer) OVER w AS payers, sum(amount) OVER w AS total
    FROM move WHERE rail = 'instant' AND before <= 1 AND amount >= 50 AND NOT is_declined
    WINDOW w AS (PARTITION BY payee ORDER BY time
        RANGE BETWEEN INTERVAL 72 HOURS PRECEDING AND CURRENT ROW)
) WHERE payers >= 4 AND total >= 1000
