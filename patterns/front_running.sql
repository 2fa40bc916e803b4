-- a case is a client and somebody else, each with an account, and one security
SELECT case_id FROM part GROUP BY case_id
HAVING count(*) FILTER (entity = 'user') <> 2 OR count(*) FILTER (entity = 'account') <> 2
    OR count(DISTINCT entity_id) FILTER (entity = 'account') <> 2
    OR count(*) FILTER (entity = 'security') <> 1;

-- all orders are for the security of the case, by accounts of it
SELECT o.case_id, o.order_id FROM ordered AS o
LEFT JOIN part AS s ON s.case_id = o.case_id AND s.entity = 'security'
    AND s.entity_id = o.security_id
LEFT JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account'
    AND a.entity_id = o.account_id
WHERE s.case_id IS NULL OR a.case_id IS NULL;

-- each purchase of who runs ahead comes 5 to 120 seconds before a block of the client's, and is
-- sold again within half an hour of it
SELECT o.case_id, o.order_id, o.side, o.time FROM ordered AS o
JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account'
    AND a.entity_id = o.account_id AND a.role = 'runner'
WHERE NOT EXISTS (
    SELECT 1 FROM trades AS b JOIN part AS c ON c.case_id = b.case_id
        AND c.entity = 'account' AND c.role = 'client' AND c.entity_id = b.account_id
    WHERE b.case_id = o.case_id AND CASE o.side
        WHEN 'buy' THEN b.valid_from BETWEEN o.time + INTERVAL 4 SECOND
            AND o.time + INTERVAL 121 SECOND
        ELSE b.valid_from BETWEEN o.time - INTERVAL 31 MINUTE AND o.time END
);

-- one at most of a look-alike's purchases comes so soon before a block by plan, and each is sold
-- again within the hour
SELECT o.case_id, o.order_id FROM ordered AS o
JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account'
    AND a.entity_id = o.account_id AND a.role = 'trader'
WHERE o.side = 'sell' AND NOT EXISTS (
    SELECT 1 FROM trades AS b WHERE b.case_id = o.case_id AND b.account_id = o.account_id
        AND b.side = 'buy' AND b.valid_from BETWEEN o.time - INTERVAL 1 HOUR AND o.time
);

-- the client gives no more blocks than declared, and the other one has no more purchases
SELECT o.case_id, a.role, count(*) AS orders FROM ordered AS o
JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account' AND a.entity_id = o.account_id
WHERE o.side = 'buy' GROUP BY ALL HAVING orders > declared('blocks');

-- of a crime the two know each other
SELECT c.case_id FROM part AS c JOIN part AS r ON r.case_id = c.case_id AND r.entity = 'user'
    AND r.role = 'runner'
WHERE c.entity = 'user' AND c.role = 'client' AND c.is_fraud AND NOT EXISTS (
    SELECT 1 FROM knows AS k
    WHERE least(k.user_id, k.other_user_id) = least(c.entity_id, r.entity_id)
        AND greatest(k.user_id, k.other_user_id) = greatest(c.entity_id, r.entity_id)
);

-- no price is lower than it would have been
SELECT case_id, time, close_minor, clean_close_minor FROM told
WHERE close_minor < clean_close_minor - 1;

-- a client does buy a block: ten times as many shares as an order has at the median, or more
SELECT c.case_id, max(o.quantity) AS shares FROM cases AS c LEFT JOIN (
    SELECT o.case_id, o.quantity FROM ordered AS o JOIN part AS a ON a.case_id = o.case_id
        AND a.entity = 'account' AND a.entity_id = o.account_id AND a.role = 'client'
    WHERE o.filled > 0
) AS o USING (case_id) GROUP BY ALL
HAVING coalesce(max(o.quantity), 0) < 10 * (SELECT median(quantity) FROM "order");

-- who is before it has bought and sold, a crime's runner round one of the client's blocks
SELECT c.case_id, count(b.trade_id) AS bought FROM cases AS c
LEFT JOIN part AS r ON r.case_id = c.case_id AND r.entity = 'account' AND r.role <> 'client'
LEFT JOIN traded AS b ON b.case_id = c.case_id AND b.account_id = r.entity_id AND b.side = 'buy'
    AND EXISTS (SELECT 1 FROM traded AS s WHERE s.case_id = b.case_id
        AND s.account_id = b.account_id AND s.side = 'sell' AND s.time > b.time
        AND (NOT s.is_fraud OR EXISTS (SELECT 1 FROM traded AS l WHERE l.case_id = b.case_id
            AND l.account_id <> b.account_id AND l.time BETWEEN b.time AND s.time)))
GROUP BY ALL HAVING count(b.trade_id) = 0;
