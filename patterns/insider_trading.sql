-- a case is one person who trades one security, and of a crime somebody who begins the chain
SELECT case_id, is_fraud FROM part GROUP BY ALL
HAVING count(*) FILTER (entity = 'user' AND role IN ('trader', 'investor')) <> 1
    OR count(*) FILTER (entity = 'security') <> 1
    OR count(*) FILTER (entity = 'user' AND role = 'insider') <> is_fraud::INT
    OR count(*) FILTER (entity = 'user' AND role = 'tipper') >= declared('depth');

-- the one who begins the chain is an insider of the security's issuer
SELECT i.case_id, i.entity_id AS user_id FROM part AS i JOIN part AS s USING (case_id)
JOIN security AS y ON y.security_id = s.entity_id AND s.entity = 'security'
WHERE i.entity = 'user' AND i.role = 'insider' AND NOT EXISTS (
    SELECT 1 FROM insider_of AS o WHERE o.user_id = i.entity_id AND o.issuer_id = y.issuer_id
);

-- everybody in the chain knows another one of it
SELECT m.case_id, m.entity_id AS user_id, m.role FROM part AS m
WHERE m.entity = 'user' AND m.is_fraud
    AND (SELECT count(DISTINCT entity_id) FROM part AS o
         WHERE o.case_id = m.case_id AND o.entity = 'user') > 1
    AND NOT EXISTS (
        SELECT 1 FROM part AS o JOIN knows AS k
            ON least(k.user_id, k.other_user_id) = least(m.entity_id, o.entity_id)
            AND greatest(k.user_id, k.other_user_id) = greatest(m.entity_id, o.entity_id)
        WHERE o.case_id = m.case_id AND o.entity = 'user'
    );

-- all orders are for the security of the case, by the account of who trades, in the case's time
SELECT o.case_id, o.order_id FROM ordered AS o
LEFT JOIN part AS s ON s.case_id = o.case_id AND s.entity = 'security'
    AND s.entity_id = o.security_id
LEFT JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account'
    AND a.role IN ('trader', 'investor') AND a.entity_id = o.account_id
WHERE s.case_id IS NULL OR a.case_id IS NULL OR o.time < o.case_start OR o.time > o.case_end;

-- the security is new to who trades
SELECT a.case_id, h.account_id FROM part AS a JOIN part AS s USING (case_id)
JOIN holds AS h ON h.account_id = a.entity_id AND h.security_id = s.entity_id
WHERE a.entity = 'account' AND a.role IN ('trader', 'investor') AND s.entity = 'security';

-- news that moves the price comes after the last purchase and before the first sale
SELECT o.case_id, max(o.time) FILTER (o.side = 'buy') AS bought,
    min(o.time) FILTER (o.side = 'sell') AS sold
FROM ordered AS o GROUP BY o.case_id, o.security_id, o.case_start, o.case_end
HAVING NOT EXISTS (
    SELECT 1 FROM moves AS m WHERE m.case_id IS NULL AND m.security_id = o.security_id
        AND m.drift > 0 AND m.valid_from BETWEEN o.case_start AND o.case_end
        AND m.valid_from >= coalesce(max(o.time) FILTER (o.side = 'buy'), m.valid_from)
        AND m.valid_from <= coalesce(min(o.time) FILTER (o.side = 'sell'), m.valid_from)
);

-- there are no more purchases than declared
SELECT case_id, count(*) AS buys FROM ordered WHERE side = 'buy' GROUP BY case_id
HAVING buys > declared('buys');

-- who trades does buy before the news
SELECT c.case_id FROM cases AS c WHERE NOT EXISTS (
    SELECT 1 FROM traded AS t WHERE t.case_id = c.case_id AND t.side = 'buy');
