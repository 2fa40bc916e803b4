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
