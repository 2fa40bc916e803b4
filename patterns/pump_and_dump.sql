-- a case has as many who buy early, and as many who come late, as declared, and one security
SELECT case_id FROM part GROUP BY case_id
HAVING count(*) FILTER (entity = 'user' AND role IN ('ring', 'early')) NOT BETWEEN declared('fewest') AND declared('most')
    OR count(*) FILTER (entity = 'user' AND role IN ('victim', 'late')) NOT BETWEEN 1 AND declared('victims')
    OR count(*) FILTER (entity = 'security') <> 1;

-- all orders are for the security of the case, by accounts of it, in the case's time
SELECT o.case_id, o.order_id FROM ordered AS o
LEFT JOIN part AS s ON s.case_id = o.case_id AND s.entity = 'security'
    AND s.entity_id = o.security_id
LEFT JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account'
    AND a.entity_id = o.account_id
WHERE s.case_id IS NULL OR a.case_id IS NULL OR o.time < o.case_start OR o.time > o.case_end;

-- the ring is done buying before it sells, and who comes late buys before the ring is done
SELECT o.case_id, max(o.time) FILTER (o.side = 'buy') AS bought,
    min(o.time) FILTER (o.side = 'sell') AS sold
FROM ordered AS o JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account'
    AND a.entity_id = o.account_id AND a.role IN ('ring', 'early')
GROUP BY o.case_id HAVING bought >= sold;

-- the price is driven up, and without the case it would not have been; a crime's falls again
SELECT case_id, is_fraud, max(up) AS top, arg_max(up, time) AS last FROM (
    SELECT t.case_id, t.is_fraud, t.time, ln(close_minor::DOUBLE / clean_close_minor) AS up
    FROM told AS t JOIN cases AS c USING (case_id) WHERE t.time BETWEEN c.start AND c."end"
) GROUP BY ALL
HAVING top NOT BETWEEN 0.2 * ln(1 + declared('rise')) AND 0.25 + 1.5 * ln(1 + declared('rise'))
    OR (is_fraud AND arg_max(up, time) > 0.8 * top);

-- before the case no price, and no volume, is other than it would have been
SELECT t.case_id, t.security_id, t.time FROM told AS t JOIN cases AS c USING (case_id)
WHERE t.is_moved AND t.time < c.start;

-- a ring's money comes from one of it: each of the others passes it on to the broker
SELECT p.case_id, p.payment_id FROM paid AS p
LEFT JOIN part AS a ON a.case_id = p.case_id AND a.entity = 'user' AND a.role = 'ring'
LEFT JOIN has_account AS h ON h.user_id = a.entity_id
    AND h.account_id = coalesce(p.counterparty_account_id, p.debtor_account_id)
WHERE p.leg = 'original' AND p.edge = 'pays'
GROUP BY ALL HAVING count(h.account_id) = 0
    OR (p.follows_payment_id IS NULL AND p.amount_minor <= 0);

-- a ring orders from one device, or from one address, or has its money from one of it
SELECT o.case_id, count(DISTINCT o.device_id) AS devices, count(DISTINCT o.ip_id) AS ips
FROM ordered AS o JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account'
    AND a.entity_id = o.account_id AND a.role = 'ring'
WHERE o.case_id NOT IN (SELECT case_id FROM paid WHERE edge = 'pays')
GROUP BY o.case_id HAVING devices > 1 AND ips > 1;

-- each of a ring, or who buys early, has bought; some of them have sold, and somebody bought late
SELECT a.case_id, a.entity_id AS account_id FROM part AS a
WHERE a.entity = 'account' AND a.role IN ('ring', 'early') AND NOT EXISTS (
    SELECT 1 FROM traded AS t WHERE t.case_id = a.case_id AND t.account_id = a.entity_id
        AND t.side = 'buy')
UNION ALL
SELECT c.case_id, NULL FROM cases AS c LEFT JOIN (
    SELECT t.case_id, t.side, a.role FROM traded AS t JOIN part AS a ON a.case_id = t.case_id
        AND a.entity = 'account' AND a.entity_id = t.account_id
) AS t USING (case_id) GROUP BY c.case_id
HAVING count(*) FILTER (t.side = 'sell' AND t.role IN ('ring', 'early')) = 0
    OR count(*) FILTER (t.side = 'buy' AND t.role IN ('victim', 'late')) = 0;
