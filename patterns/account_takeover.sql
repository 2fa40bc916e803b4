-- a case is one person, a device, and one payee's account or, the harder, two
SELECT case_id FROM part
GROUP BY case_id
HAVING count(*) FILTER (entity = 'user' AND role IN ('victim', 'owner')) <> 1
    OR count(*) FILTER (entity = 'account' AND role IN ('victim', 'owner')) <> 1
    OR count(*) FILTER (entity = 'account' AND role IN ('mule', 'payee'))
        NOT BETWEEN 1 AND CASE any_value(difficulty) WHEN 'easy' THEN 1 ELSE 2 END
    OR count(*) FILTER (entity = 'device') <> 1;

-- the accounts of victims, owners and mules are their own
SELECT a.case_id, a.entity_id FROM part AS a
WHERE a.entity = 'account' AND a.role <> 'payee' AND NOT EXISTS (
    SELECT 1 FROM has_account AS h JOIN part AS u ON u.entity = 'user' AND u.entity_id = h.user_id
    WHERE u.case_id = a.case_id AND u.role = a.role AND h.account_id = a.entity_id
);

-- nobody but the person of the case uses its device, and nobody before the case
SELECT d.case_id, u.user_id, u.first_seen FROM part AS d
JOIN cases AS c USING (case_id)
JOIN uses_device AS u ON u.device_id = d.entity_id
WHERE d.entity = 'device' AND (u.first_seen < c.start OR NOT EXISTS (
    SELECT 1 FROM part AS p WHERE p.case_id = d.case_id AND p.entity_id = u.user_id
        AND p.role IN ('victim', 'owner')
));

-- a crime's device is gone when its case ends
SELECT d.case_id, u.last_seen FROM part AS d
JOIN cases AS c USING (case_id)
JOIN uses_device AS u ON u.device_id = d.entity_id
WHERE d.entity = 'device' AND c.is_fraud AND u.last_seen > c."end" + INTERVAL 1 SECOND;

-- one to as many attempts fail as declared, all before the device is registered, once
SELECT a.case_id, count(*) FILTER (e.type = 'sign_in_failed') AS failed,
    count(*) FILTER (a.type = 'device_registered') AS registered
FROM acted AS a
LEFT JOIN acts AS e ON a.edge = 'acts' AND e.edge_id = a.edge_id AND e.type = a.type
GROUP BY a.case_id
HAVING failed NOT BETWEEN 1 AND declared('tries') OR registered <> 1
    OR max(a.time) FILTER (e.type = 'sign_in_failed')
        >= min(a.time) FILTER (a.type = 'device_registered');

-- a new number, mailbox or password is given after the last failed attempt, and before money is sent
SELECT a.case_id, a.action_id, a.time FROM acted AS a
JOIN acts AS e ON a.edge = 'acts' AND e.edge_id = a.edge_id AND e.type = a.type
WHERE a.type IN ('phone_changed', 'email_changed', 'password_changed') AND (
    a.time >= (SELECT min(p.time) FROM paid AS p WHERE p.case_id = a.case_id)
    OR a.time <= (SELECT max(f.valid_from) FROM acts AS f
        WHERE f.case_id = a.case_id AND f.type = 'sign_in_failed')
);

-- each case has that change
SELECT case_id FROM cases WHERE case_id NOT IN (
    SELECT case_id FROM acted WHERE edge = 'acts' AND type IN ('phone_changed', 'email_changed', 'password_changed')
);

-- all that a person of a case does in it is done from its device, at one address
SELECT s.case_id, count(DISTINCT s.ip_id) AS addresses FROM signed_in AS s
JOIN part AS u ON u.case_id = s.case_id AND u.entity = 'user' AND u.entity_id = s.user_id
    AND u.role IN ('victim', 'owner')
GROUP BY s.case_id
HAVING count(DISTINCT s.ip_id) > 1
    OR bool_or((s.case_id, 'device', s.device_id) NOT IN (
        SELECT (case_id, entity, entity_id) FROM part));

-- the balance goes to payees of the case, by no more transfers than declared
SELECT t.case_id, count(*) AS transfers FROM paid AS t
WHERE t.follows_payment_id IS NULL
GROUP BY t.case_id
HAVING count(*) > declared('transfers')
    OR bool_or((t.case_id, t.debtor_account_id) NOT IN (
        SELECT (case_id, entity_id) FROM part WHERE entity = 'account' AND role IN ('victim', 'owner')))
    OR bool_or((t.case_id, t.creditor_account_id) NOT IN (
        SELECT (case_id, entity_id) FROM part WHERE entity = 'account' AND role IN ('mule', 'payee')));

-- a payee is added before money is sent there
SELECT t.case_id, t.payment_id FROM paid AS t
WHERE t.follows_payment_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM acted AS a
    WHERE a.case_id = t.case_id AND a.type = 'payee_added'
        AND a.payee_account_id = t.creditor_account_id AND a.time <= t.time
);

-- the last transfer is made within the declared hours of the first success
SELECT t.case_id, t.payment_id, t.time FROM paid AS t
WHERE t.follows_payment_id IS NULL AND t.time > (
    SELECT max(s.time) + to_milliseconds(CAST(declared('hours') * 3600000 AS BIGINT))
    FROM acted AS a JOIN session AS s USING (session_id)
    WHERE a.case_id = t.case_id AND a.type = 'device_registered'
);

-- at least the declared share of the balance is gone, of whatever there is: what an account does
-- not have any more when a transfer is due is not sent, and a sum may be rounded down to 5 (accounts
-- through which somebody else's chain of money passes are left out, as part of their balance is not
-- theirs)
SELECT e.case_id, exp(sum(ln(CASE WHEN t.payment_id IS NULL THEN 1e-9 ELSE greatest(1e-9,
    1 - (t.amount_minor + 500) / (t.amount_minor + t.debtor_balance_minor)) END))) AS remains
FROM pays AS e
JOIN cases USING (case_id)
LEFT JOIN paid AS t ON t.edge_id = e.edge_id
WHERE e.follows IS NULL AND e.debtor_account_id NOT IN (
    SELECT debtor_account_id FROM pays WHERE follows IS NOT NULL
        OR edge_id IN (SELECT "into" FROM pays WHERE "into" IS NOT NULL)
)
GROUP BY e.case_id
HAVING remains > 1 - declared('drained') + 1e-6;

-- what the transfers send comes from a balance: none is declined
SELECT case_id, payment_id FROM paid WHERE status = 'declined';

-- a mule passes on 90 to 98 % of each receipt, with what a bank sends back, and what is drawn in cash
-- rounded down to notes, or not at all where a part is sent back and so little is left
SELECT r.case_id, r.payment_id, r.amount_minor, sum(h.amount_minor) AS passed_on FROM paid AS r
JOIN paid AS h ON h.follows_payment_id = r.payment_id
GROUP BY ALL
HAVING sum(h.amount_minor) > 0.98 * r.amount_minor
    OR sum(h.amount_minor) < 0.90 * r.amount_minor
        - CASE WHEN bool_and(h.creditor_account_id = r.debtor_account_id) THEN 2500
            ELSE sum(CASE WHEN h.rail = 'cash' THEN h.unit_minor ELSE 1 END) END
    OR bool_or(h.debtor_account_id <> r.creditor_account_id OR h.time <= r.time);

-- every receipt of which not too little is left is passed on, by mules and by nobody else
SELECT r.case_id, r.payment_id, count(h.payment_id) FILTER (h.creditor_account_id <> r.debtor_account_id) AS hops
FROM paid AS r
LEFT JOIN paid AS h ON h.follows_payment_id = r.payment_id
WHERE r.follows_payment_id IS NULL
GROUP BY ALL
HAVING hops <> CASE WHEN any_value(r.is_fraud) THEN 1 ELSE 0 END
    AND (NOT any_value(r.is_fraud) OR any_value(r.amount_minor)
        - coalesce(sum(h.amount_minor) FILTER (h.creditor_account_id = r.debtor_account_id), 0) > 2500);

-- what is sent back to a victim is recovered, once at most, of the first transfer; and nothing else is
SELECT h.case_id, h.payment_id, h.stage FROM paid AS h
JOIN paid AS r ON r.payment_id = h.follows_payment_id
WHERE coalesce(h.stage = 'recovery', false) <> (h.creditor_account_id = r.debtor_account_id)
    OR (h.creditor_account_id = r.debtor_account_id AND (
        SELECT count(*) FROM paid AS b WHERE b.case_id = h.case_id AND b.stage = 'recovery') > 1);
