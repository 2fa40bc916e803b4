-- a ring has two accounts at least and as many as declared at most, a look-alike one market maker
SELECT case_id, is_fraud, count(*) FILTER (role <> 'customer') AS accounts FROM part
WHERE entity = 'account' GROUP BY ALL
HAVING accounts NOT BETWEEN is_fraud::INT + 1 AND CASE WHEN is_fraud THEN declared('most') ELSE 1 END;

-- a customer of a market maker's orders once
SELECT o.case_id, o.account_id, count(*) AS orders FROM ordered AS o
JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account' AND a.entity_id = o.account_id
WHERE a.role = 'customer' GROUP BY ALL HAVING orders > 1;

-- all orders are for the security of the case, by accounts of it
SELECT o.case_id, o.order_id FROM ordered AS o
LEFT JOIN part AS s ON s.case_id = o.case_id AND s.entity = 'security'
    AND s.entity_id = o.security_id
LEFT JOIN part AS a ON a.case_id = o.case_id AND a.entity = 'account'
    AND a.entity_id = o.account_id
WHERE s.case_id IS NULL OR a.case_id IS NULL;

-- in a ring every trade meets another of it: at one moment, at one price, as many shares, one
-- bought and one sold
SELECT case_id, time, price_minor, quantity FROM traded WHERE is_fraud GROUP BY ALL
HAVING count(*) FILTER (side = 'buy') <> count(*) FILTER (side = 'sell');

-- what goes round comes back: at the end each account of a ring has sold about as much as it
-- has bought
SELECT t.case_id, t.account_id, sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END) AS net
FROM traded AS t WHERE is_fraud GROUP BY ALL HAVING abs(net) > 0.34 * sum(quantity);

-- the price of each trade lies within the session's, and the ring's orders in the case's time
SELECT t.case_id, t.trade_id, t.price_minor FROM traded AS t
LEFT JOIN price AS p ON p.security_id = t.security_id AND p.time::DATE = t.time::DATE
WHERE t.price_minor NOT BETWEEN p.low_minor AND p.high_minor
    OR t.time < t.case_start OR t.time > t.case_end + INTERVAL 1 DAY;

-- a ring orders from one device, or from one address, or has its money from one of it
SELECT case_id, count(DISTINCT device_id) AS devices, count(DISTINCT ip_id) AS ips FROM ordered
WHERE is_fraud AND case_id NOT IN (SELECT case_id FROM paid WHERE edge = 'pays')
GROUP BY case_id HAVING devices > 1 AND ips > 1;

-- the ring's money comes from one of it: each of the others passes it on to the broker
SELECT p.case_id, p.payment_id FROM paid AS p
LEFT JOIN part AS a ON a.case_id = p.case_id AND a.entity = 'user' AND a.role = 'washer'
LEFT JOIN has_account AS h ON h.user_id = a.entity_id
    AND h.account_id = coalesce(p.counterparty_account_id, p.debtor_account_id)
WHERE p.leg = 'original' AND p.edge = 'pays'
GROUP BY ALL HAVING count(h.account_id) = 0;

-- shares do go round: each of a ring has bought and sold some, as has each market maker
SELECT a.case_id, a.entity_id AS account_id, count(t.trade_id) AS trades FROM part AS a
LEFT JOIN traded AS t ON t.case_id = a.case_id AND t.account_id = a.entity_id
WHERE a.entity = 'account' AND a.role <> 'customer' GROUP BY ALL
HAVING count(*) FILTER (t.side = 'buy') = 0 OR count(*) FILTER (t.side = 'sell') = 0;
