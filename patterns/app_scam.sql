-- a case is one payer, one payee or, the harder, two, and at most one whom these pay, each with an
-- account
SELECT case_id FROM part
GROUP BY case_id
HAVING count(*) FILTER (entity = 'user' AND role IN ('victim', 'buyer')) <> 1
    OR count(*) FILTER (entity = 'user' AND role IN ('mule', 'seller'))
        NOT BETWEEN 1 AND CASE any_value(difficulty) WHEN 'easy' THEN 1 ELSE 2 END
    OR count(*) FILTER (entity = 'user' AND role IN ('second mule', 'supplier')) > 1
    OR count(*) FILTER (entity = 'account') <> count(*) FILTER (entity = 'user')
    OR count(*) <> count(*) FILTER (entity IN ('user', 'account'));

-- the accounts of a case are those of its people
SELECT a.case_id, a.entity_id FROM part AS a
WHERE a.entity = 'account' AND NOT EXISTS (
    SELECT 1 FROM has_account AS h JOIN part AS u ON u.entity = 'user' AND u.entity_id = h.user_id
    WHERE u.case_id = a.case_id AND u.role = a.role AND h.account_id = a.entity_id
);

-- a payer is asked once to as many times as declared, and tries to pay each time
SELECT c.case_id, count(t.payment_id) AS tries FROM cases AS c
LEFT JOIN paid AS t ON t.case_id = c.case_id AND t.leg = 'original' AND NOT EXISTS (
    SELECT 1 FROM pays AS e WHERE e.edge_id = t.edge_id AND e.follows IS NOT NULL
)
GROUP BY c.case_id
HAVING tries NOT BETWEEN 1 AND declared('payments')
    OR tries <> (SELECT count(*) FROM pays AS e WHERE e.case_id = c.case_id AND e.follows IS NULL);

-- payments run from the payer to payees of the case, at once, and are ordered by the payer
SELECT t.case_id, t.payment_id FROM paid AS t
LEFT JOIN session AS s USING (session_id)
WHERE t.follows_payment_id IS NULL AND (t.rail <> 'instant' OR t.amount_minor < 500
    OR (t.case_id, 'account', t.debtor_account_id, true) NOT IN (
        SELECT (case_id, entity, entity_id, role IN ('victim', 'buyer')) FROM part)
    OR (t.case_id, 'account', t.creditor_account_id, true) NOT IN (
        SELECT (case_id, entity, entity_id, role IN ('mule', 'seller')) FROM part)
    OR (t.case_id, 'user', s.user_id, true) NOT IN (
        SELECT (case_id, entity, entity_id, role IN ('victim', 'buyer')) FROM part));

-- the payments of a case lie within the declared days
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
WHERE follows_payment_id IS NULL
GROUP BY case_id
HAVING max(time) - min(time) > to_milliseconds(CAST((declared('days') + 1) * 86400000 AS BIGINT));

-- every payment and every hop lies within the case
SELECT case_id, payment_id, time FROM paid
WHERE leg = 'original' AND (time < case_start OR time > case_end);

-- a mule passes on 90 to 98 % of each receipt, a seller 40 to 90 %
SELECT r.case_id, r.payment_id, r.amount_minor, sum(h.amount_minor) AS passed_on FROM paid AS r
JOIN paid AS h ON h.follows_payment_id = r.payment_id
WHERE r.amount_minor > 2500
GROUP BY ALL
HAVING sum(h.amount_minor) > CASE WHEN any_value(r.is_fraud) THEN 0.98 ELSE 0.90 END * r.amount_minor
    OR sum(h.amount_minor) < CASE WHEN any_value(r.is_fraud) THEN 0.90 ELSE 0.40 END * r.amount_minor
        - count(*) - 1;

-- what is passed on is booked, later than its receipt, by the account that was paid
SELECT h.case_id, h.payment_id, h.time FROM paid AS h
JOIN paid AS r ON r.payment_id = h.follows_payment_id
WHERE h.debtor_account_id <> r.creditor_account_id OR h.time <= r.time OR h.status <> 'booked';

-- once at most something goes back to the payer: less than a third of the first payment
SELECT b.case_id, count(*) AS times FROM paid AS b
JOIN paid AS r ON r.payment_id = b.follows_payment_id
WHERE b.creditor_account_id = r.debtor_account_id
GROUP BY b.case_id
HAVING count(*) > 1 OR max(b.amount_minor / r.amount_minor) >= 1 / 3.0 OR max(r.time) > (
    SELECT min(p.time) FROM paid AS p WHERE p.case_id = b.case_id);

-- what goes back of a crime is recovered, and nothing else is
SELECT h.case_id, h.payment_id, h.stage FROM paid AS h
JOIN paid AS r ON r.payment_id = h.follows_payment_id
WHERE h.is_fraud AND (h.stage = 'recovery') <> (h.creditor_account_id = r.debtor_account_id);

-- every receipt of a mule that is not too small is passed on, once
SELECT r.case_id, r.payment_id, count(h.payment_id) AS hops FROM paid AS r
LEFT JOIN paid AS h ON h.follows_payment_id = r.payment_id
    AND h.creditor_account_id <> r.debtor_account_id
WHERE r.follows_payment_id IS NULL AND r.status = 'booked'
GROUP BY ALL
HAVING count(h.payment_id) > 1
    OR (count(h.payment_id) = 0 AND any_value(r.is_fraud) AND any_value(r.amount_minor) > 2500);

-- what is passed on leaves the world, is drawn in cash, goes to one account more of the case, or back
SELECT h.case_id, h.payment_id FROM paid AS h JOIN account AS a ON a.account_id = h.creditor_account_id
JOIN paid AS r ON r.payment_id = h.follows_payment_id
WHERE h.creditor_account_id <> r.debtor_account_id
    AND a.type <> CASE WHEN h.rail = 'cash' THEN 'internal' ELSE 'external' END
    AND (h.rail = 'cash' OR (h.case_id, 'account', h.creditor_account_id, true) NOT IN (
        SELECT (case_id, entity, entity_id, role IN ('second mule', 'supplier')) FROM part));
