-- a case is one person, with one account, and one security
SELECT case_id FROM part GROUP BY case_id
HAVING count(*) FILTER (entity = 'user') <> 1 OR count(*) FILTER (entity = 'account') <> 1
    OR count(*) FILTER (entity = 'security') <> 1;

-- all orders are for the security of the case, by its account
SELECT o.case_id, o.order_id FROM ordered AS o
LEFT JOIN part AS s ON s.case_id = o.case_id AND s.entity_id = o.security_id
LEFT JOIN part AS a ON a.case_id = o.case_id AND a.entity_id = o.account_id
WHERE s.case_id IS NULL OR a.case_id IS NULL;

-- nearly all orders to buy are cancelled, within half a minute
SELECT case_id, count(*) AS orders, count(*) FILTER (filled > 0) AS filled FROM ordered
WHERE side = 'buy' GROUP BY case_id
HAVING count(*) FILTER (filled > 0) > 0.2 * count(*) + 2
    OR count(*) FILTER (filled = 0 AND ended > time + INTERVAL 30 SECOND) > 0;

-- a crime's orders to buy are in layers, no more of them than declared, and each sale is smaller
-- than the largest of them
SELECT s.case_id, s.order_id, count(b.order_id) AS layers, max(b.quantity) AS largest
FROM ordered AS s LEFT JOIN ordered AS b ON b.case_id = s.case_id AND b.side = 'buy'
    AND b.time <= s.time AND b.ended >= s.time
WHERE s.side = 'sell' AND s.filled > 0 GROUP BY ALL
HAVING layers NOT BETWEEN 1 AND declared('layers') * 3 OR s.quantity > largest;

-- a look-alike sells nothing
SELECT case_id, order_id FROM ordered WHERE NOT is_fraud AND side = 'sell';

-- what the orders do to a price is gone a session later
SELECT t.case_id, t.time, t.close_minor, t.clean_close_minor FROM told AS t
JOIN cases AS c USING (case_id)
WHERE abs(t.close_minor - t.clean_close_minor) > 1 + 0.002 * t.close_minor;

-- some of a crime's shares are sold while its orders stand, and a look-alike gives orders too
SELECT c.case_id, c.is_fraud, count(o.order_id) AS orders FROM cases AS c
LEFT JOIN ordered AS o USING (case_id) GROUP BY ALL
HAVING count(o.order_id) FILTER (o.side = 'buy') = 0
    OR (c.is_fraud AND count(*) FILTER (o.side = 'sell' AND o.filled > 0) = 0);
