-- Cycle: money goes round through several hands and comes back to where it began
-- Looks for: the payment that closes a round of three to seven hops between strangers, each within
--   two days of the last and for 85 to 100 % of it.
-- Misses: all hops but the last; rounds that take longer, or of which a large part stays.
WITH RECURSIVE hop AS (
    SELECT id, time, payer, payee, amount FROM move
    WHERE rail IN ('instant', 'batch') AND coalesce(purpose, 'SUPP') = 'SUPP'
        AND before <= 1 AND amount >= 50 AND NOT is_declined
), chain AS (
    SELECT id, time, payer AS origin, payee AS holder, amount, 1 AS hops FROM hop
    UNION ALL
    SELECT h.id, h.time, c.origin, h.payee, h.amount, c.hops + 1
    FROM chain AS c JOIN hop AS h ON h.payer = c.holder AND h.time > c.time
        AND h.time <= c.time + INTERVAL 48 HOURS AND h.amount BETWEEN 0.85 * c.amount AND c.amount
    WHERE c.hops < 7 AND c.holder <> c.origin
)
SELECT DISTINCT id FROM chain WHERE hops >= 3 AND holder = origin
