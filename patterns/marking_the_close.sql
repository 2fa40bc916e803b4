-- a case is one person, with one account
SELECT case_id FROM part GROUP BY case_id
HAVING count(*) FILTER (entity = 'user') <> 1 OR count(*) FILTER (entity = 'account') <> 1;

-- all orders are purchases by the account of the case, a crime's of its security
SELECT o.case_id, o.order_id FROM ordered AS o
LEFT JOIN part AS s ON s.case_id = o.case_id AND s.entity = 'security'
    AND s.entity_id = o.security_id
LEFT JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account'
    AND a.entity_id = o.account_id
WHERE a.case_id IS NULL OR o.side <> 'buy' OR (o.is_fraud AND s.case_id IS NULL);

-- they are given in the last six minutes of a session
SELECT o.case_id, o.order_id, o.time, p.time AS closes FROM ordered AS o
LEFT JOIN (SELECT DISTINCT time FROM price) AS p ON p.time::DATE = o.time::DATE
WHERE coalesce(o.time < p.time - INTERVAL 6 MINUTE OR o.time >= p.time, true);

-- there are no more sessions, and in each no more orders, than declared
SELECT case_id, count(*) AS sessions, max(orders) AS most FROM (
    SELECT case_id, time::DATE AS day, count(*) AS orders FROM ordered GROUP BY ALL
) GROUP BY case_id HAVING sessions > declared('closes') OR most > declared('orders');

-- a crime's closes are no lower than they would have been, and opens as they would have been
SELECT case_id, time, open_minor, clean_open_minor, close_minor, clean_close_minor FROM told
WHERE is_fraud AND (close_minor < clean_close_minor
    OR abs(open_minor - clean_open_minor) > 1 + 0.001 * clean_open_minor
    OR close_minor > (1 + 1.6 * declared('lift')) * clean_close_minor + 1);

-- a look-alike moves nothing
SELECT case_id, time FROM told WHERE NOT is_fraud AND is_moved;

-- something is bought near the close
SELECT c.case_id FROM cases AS c
WHERE NOT EXISTS (SELECT 1 FROM traded AS t WHERE t.case_id = c.case_id);
