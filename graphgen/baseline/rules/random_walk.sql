-- Random walk: a sum wanders from hand to hand
-- Looks for: the third hop or a later one of a chain between strangers, each within a day of the last
--   and for 85 to 100 % of it.
-- Misses: the first hops, and chains whose links wait longer, split the sum or keep more.
WITH RECURSIVE hop AS (
    SELECT id, time, payer, payee, amount FROM move
    WHERE rail = 'instant' AND before <= 1 AND amount >= 50 AND NOT is_declined
), chain AS (
    SELECT id, time, payee AS holder, amount, 1 AS hops FROM hop
    UNION
    SELECT h.id, h.time, h.payee, h.amount, c.hops + 1
    FROM chain AS c JOIN hop AS h ON h.payer = c.holder AND h.time > c.time
        AND h.time <= c.time + INTERVAL 24 HOURS AND h.amount BETWEEN 0.85 * c.amount AND c.amount
    WHERE c.hops < 5
)
SELECT DISTINCT id FROM chain WHERE hops >= 3
