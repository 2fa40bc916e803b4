-- Fan-out: an account that pays several for the first time within a day
-- Looks for: the third payee or a later one within a day whom this payer hardly ever paid.
-- Misses: the first payees, and distributors who wait longer.
SELECT id FROM (
    SELECT id, count(DISTINCT payee) OVER w AS payees, sum(amount) OVER w AS total
    FROM move WHERE rail = 'instant' AND before <= 1 AND amount >= 50 AND NOT is_declined
    WINDOW w AS (PARTITION BY payer ORDER BY time
        RANGE BETWEEN INTERVAL 24 HOURS PRECEDING AND CURRENT ROW)
) WHERE payees >= 3 AND total >= 600
