-- Structuring: cash just under the sum that a bank must report, and what then goes on by one transfer
-- Looks for: the third deposit or a later one of 8,500 to 10,000 within ten days, and a transfer of
--   most of them within five days of the last.
-- Misses: deposits well below the threshold, or spread over more days.
WITH deposit AS (
    SELECT id, time, payee AS account, count(*) OVER w AS deposits, sum(amount) OVER w AS total
    FROM move
    WHERE rail = 'cash' AND amount BETWEEN 8500 AND 10000 AND NOT is_declined
    WINDOW w AS (PARTITION BY payee ORDER BY time
        RANGE BETWEEN INTERVAL 10 DAYS PRECEDING AND CURRENT ROW)
)
SELECT id FROM deposit WHERE deposits >= 3
UNION
SELECT m.id FROM move AS m ASOF JOIN deposit AS d ON d.account = m.payer AND d.time < m.time
WHERE d.deposits >= 3 AND m.time <= d.time + INTERVAL 5 DAYS
    AND m.amount BETWEEN 0.7 * d.total AND 1.2 * d.total
