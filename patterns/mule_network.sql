-- a case has one account that collects, others that are paid by it, and one shared device
SELECT case_id FROM part
GROUP BY case_id
HAVING count(*) FILTER (entity = 'user' AND role IN ('collector', 'shift lead')) <> 1
    OR count(*) FILTER (entity = 'user' AND role IN ('mule', 'worker')) < 1
    OR count(*) FILTER (entity = 'account') <> count(*) FILTER (entity = 'user')
    OR count(*) FILTER (entity = 'device') <> 1;

-- the accounts of a case are those of its people
SELECT a.case_id, a.entity_id FROM part AS a
WHERE a.entity = 'account' AND NOT EXISTS (
    SELECT 1 FROM has_account AS h JOIN part AS u ON u.entity = 'user' AND u.entity_id = h.user_id
    WHERE u.case_id = a.case_id AND u.role = a.role AND h.account_id = a.entity_id
);

-- the money comes in on the collector's account, from outside the case, no more often than declared
SELECT t.case_id, count(*) AS deposits FROM paid AS t
WHERE t.follows_payment_id IS NULL
GROUP BY t.case_id
HAVING count(*) > declared('deposits') OR bool_or(t.status <> 'booked')
    OR bool_or((t.case_id, 'account', t.creditor_account_id, true) NOT IN (
        SELECT (case_id, entity, entity_id, role IN ('collector', 'shift lead')) FROM part))
    OR bool_or((t.case_id, 'account', t.debtor_account_id) IN (
        SELECT (case_id, entity, entity_id) FROM part));

-- every case has money coming in
SELECT case_id FROM cases WHERE case_id NOT IN (SELECT case_id FROM paid);

-- the deposits of a case lie within the declared days
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
WHERE follows_payment_id IS NULL
GROUP BY case_id
HAVING max(time) - min(time) > to_milliseconds(CAST((declared('days') + 1) * 86400000 AS BIGINT));

-- every account of a case is paid by one account, and by no more than one
SELECT m.case_id, m.entity_id, count(DISTINCT t.debtor_account_id) AS payers FROM part AS m
LEFT JOIN paid AS t ON t.case_id = m.case_id AND t.creditor_account_id = m.entity_id
    AND t.follows_payment_id IS NOT NULL
WHERE m.entity = 'account' AND m.role IN ('mule', 'worker')
GROUP BY ALL
HAVING count(DISTINCT t.debtor_account_id) <> 1;

-- an account pays no more accounts of the case than declared
SELECT t.case_id, t.debtor_account_id, count(DISTINCT t.creditor_account_id) AS payees FROM paid AS t
JOIN part AS m ON m.case_id = t.case_id AND m.entity = 'account'
    AND m.entity_id = t.creditor_account_id
WHERE t.follows_payment_id IS NOT NULL
GROUP BY ALL
HAVING count(DISTINCT t.creditor_account_id) > declared('fan');

-- the money runs through two layers of accounts, or more, up to as many as declared
WITH RECURSIVE inside AS (
    SELECT t.* FROM paid AS t
    JOIN part AS m ON m.case_id = t.case_id AND m.entity = 'account'
        AND m.entity_id = t.creditor_account_id
), hop AS (
    SELECT case_id, payment_id, 1 AS layer FROM inside WHERE follows_payment_id IS NULL
    UNION ALL
    SELECT i.case_id, i.payment_id, h.layer + 1 FROM inside AS i
    JOIN hop AS h ON h.payment_id = i.follows_payment_id
    WHERE h.layer < 20
)
SELECT case_id, max(layer) AS layers FROM hop
GROUP BY case_id
HAVING max(layer) NOT BETWEEN 2 AND declared('layers');

-- each hop is made out of the receipt that it follows: later, within a day, or two to a counter,
-- by the account that was paid
SELECT h.case_id, h.payment_id, h.time, r.time AS received FROM paid AS h
JOIN paid AS r ON r.payment_id = h.follows_payment_id
WHERE h.debtor_account_id <> r.creditor_account_id OR h.case_id <> r.case_id OR h.status <> 'booked'
    OR h.time <= r.time
    OR h.time > r.time + CASE WHEN h.rail = 'cash' THEN INTERVAL 49 HOURS ELSE INTERVAL 25 HOURS END;

-- a mule passes on 90 to 98 % of each receipt, a worker 70 to 95 %
SELECT r.case_id, r.payment_id, r.amount_minor, sum(h.amount_minor) AS passed_on FROM paid AS r
JOIN paid AS h ON h.follows_payment_id = r.payment_id
GROUP BY ALL
HAVING sum(h.amount_minor) > CASE WHEN any_value(r.is_fraud) THEN 0.98 ELSE 0.95 END * r.amount_minor
    OR sum(h.amount_minor) < CASE WHEN any_value(r.is_fraud) THEN 0.90 ELSE 0.70 END * r.amount_minor
        - count(*);

-- every receipt of a crime that is not too small is passed on
SELECT r.case_id, r.payment_id, r.amount_minor FROM paid AS r
JOIN part AS m ON m.case_id = r.case_id AND m.entity = 'account'
    AND m.entity_id = r.creditor_account_id
WHERE r.is_fraud AND r.amount_minor > 2500 AND NOT EXISTS (
    SELECT 1 FROM paid AS h WHERE h.follows_payment_id = r.payment_id
);

-- what leaves the accounts of a case leaves the world, or is drawn in cash
SELECT h.case_id, h.payment_id FROM paid AS h JOIN account AS a ON a.account_id = h.creditor_account_id
WHERE (h.case_id, 'account', h.creditor_account_id) NOT IN (
    SELECT (case_id, entity, entity_id) FROM part)
    AND a.type <> CASE WHEN h.rail = 'cash' THEN 'internal' ELSE 'external' END;

-- the shared device is used by people of the case alone, by two at least, and within the case
SELECT d.case_id, count(u.user_id) AS people FROM part AS d
JOIN cases AS c USING (case_id)
LEFT JOIN uses_device AS u ON u.device_id = d.entity_id
WHERE d.entity = 'device'
GROUP BY ALL
HAVING count(u.user_id) < 2 OR min(u.first_seen) < any_value(c.start)
    OR max(u.last_seen) > any_value(c."end") + INTERVAL 1 SECOND
    OR bool_or((d.case_id, 'user', u.user_id) NOT IN (SELECT (case_id, entity, entity_id) FROM part));

-- whoever has the shared device orders the hops of the case from it, all at one address
SELECT t.case_id, count(DISTINCT t.ip_id) AS addresses FROM paid AS t
JOIN session AS s USING (session_id)
JOIN part AS d ON d.case_id = t.case_id AND d.entity = 'device'
JOIN uses_device AS u ON u.device_id = d.entity_id AND u.user_id = s.user_id
GROUP BY t.case_id
HAVING count(DISTINCT t.ip_id) > 1 OR bool_or(t.device_id <> d.entity_id);
