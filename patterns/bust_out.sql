-- a case is of one person, with at most as many cards as declared and at least half as many, and one or more accounts that the cheques are drawn on, but no more than cards
SELECT c.case_id, count(*) FILTER (entity = 'user') AS people,
    count(*) FILTER (role = 'card') AS cards, count(*) FILTER (role = 'payer') AS payers
FROM cases AS c LEFT JOIN part AS m USING (case_id)
GROUP BY c.case_id
HAVING people <> 1 OR payers NOT BETWEEN 1 AND cards
    OR cards NOT BETWEEN declared('accounts') / 2 AND declared('accounts');

-- that person owns all the cards, which are credit cards; the cheques are drawn on checking accounts of others
SELECT m.case_id, m.entity_id AS account_id, a.type FROM part AS m
JOIN account AS a ON a.account_id = m.entity_id
WHERE m.entity = 'account' AND (
    a.type <> CASE role WHEN 'card' THEN 'credit_card' ELSE 'checking' END
    OR (role = 'card') <> EXISTS (
        SELECT 1 FROM has_account AS h JOIN part AS u ON u.entity = 'user' AND u.entity_id = h.user_id
        WHERE u.case_id = m.case_id AND h.account_id = m.entity_id AND h.role = 'owner'
    )
);

-- no card is younger at the start than four months, or older than declared
SELECT m.case_id, m.entity_id AS account_id, a.opened, begins FROM part AS m
JOIN account AS a ON a.account_id = m.entity_id, (SELECT min(time)::DATE AS begins FROM payment)
WHERE role = 'card' AND EXISTS (FROM paid) AND (a.opened > begins - INTERVAL 121 DAYS
    OR a.opened < begins - to_days((30.4 * declared('months'))::INTEGER + 1));

-- a case's payments are purchases by its cards, cheques that are paid in on them, and cash that an honest drawer brings
SELECT case_id, payment_id, rail FROM paid AS p
WHERE leg = 'original' AND NOT EXISTS (
    FROM part AS m WHERE m.case_id = p.case_id AND m.entity = 'account' AND m.role = 'card'
        AND m.entity_id = CASE WHEN rail = 'card' THEN debtor_account_id WHEN rail = 'cheque'
            OR (rail = 'cash' AND NOT is_fraud) THEN creditor_account_id END
) OR (leg = 'original' AND rail = 'cheque' AND NOT EXISTS (
    FROM part AS m WHERE m.case_id = p.case_id AND m.role = 'payer' AND m.entity_id = counterparty_account_id
));

-- what a crime buys, declined attempts left out, is from 100 to 250 % of the limits of its cards; a look-alike's is less than they are
SELECT c.case_id, c.is_fraud, bought, limits FROM cases AS c
JOIN (SELECT case_id, sum(amount_minor) AS bought FROM paid WHERE rail = 'card' AND status = 'booked' GROUP BY case_id) USING (case_id)
JOIN (
    SELECT case_id, sum(credit_limit_minor) AS limits FROM part JOIN account ON account_id = entity_id
    WHERE entity = 'account' AND role = 'card' GROUP BY case_id
) USING (case_id)
WHERE bought > CASE WHEN c.is_fraud THEN 2.52 ELSE 1 END * limits OR (c.is_fraud AND bought < limits);

-- a card is drawn, then, if it is paid by cheque, drawn again
SELECT case_id, account_id FROM (
    SELECT case_id, stage, time,
        CASE rail WHEN 'card' THEN debtor_account_id ELSE creditor_account_id END AS account_id
    FROM paid WHERE is_fraud AND leg = 'original'
)
GROUP BY ALL
HAVING max(time) FILTER (stage = 'theft') > max(time) FILTER (stage = 'preparation')
    OR max(time) FILTER (stage = 'preparation') > min(time) FILTER (stage = 'integration')
    OR count(*) FILTER (stage = 'theft') = 0
    OR (count(*) FILTER (stage = 'preparation') = 0) <> (count(*) FILTER (stage = 'integration') = 0);

-- of a crime's cheques, once all are due, one at least has come back
SELECT case_id FROM (
    SELECT case_id, payment_id FROM paid WHERE is_fraud AND rail = 'cheque' AND leg = 'original'
) AS o
LEFT JOIN (
    SELECT original_payment_id AS payment_id, status FROM paid WHERE leg = 'settlement'
) AS s USING (payment_id)
GROUP BY case_id HAVING count(*) = count(s.payment_id) AND bool_and(s.status = 'booked');

-- all who give a look-alike's cheques, but one, had at the start what these come to
SELECT case_id FROM (
    SELECT case_id, sum(amount_minor) AS given, any_value(opening_balance_minor) AS had
    FROM paid JOIN account ON account_id = counterparty_account_id
    WHERE NOT is_fraud AND rail = 'cheque' AND leg = 'original'
    GROUP BY case_id, counterparty_account_id
)
GROUP BY case_id HAVING count(*) FILTER (given > had + 100) > 1;

-- what comes back of a cheque, from the card and from the bank's own, is all of it
SELECT o.case_id, o.payment_id, o.amount_minor, sum(r.amount_minor) AS came_back FROM paid AS o
JOIN paid AS r ON r.original_payment_id = o.payment_id AND r.leg = 'return'
GROUP BY ALL HAVING came_back <> o.amount_minor;

-- a case lasts no longer than declared
SELECT case_id, start, "end" FROM cases WHERE "end" > start + to_days(declared('days')::INTEGER + 1);

-- what a bank had to pay back for a wedding's cheques it has again, once whose they were has brought as much in cash
SELECT o.case_id, o.payment_id, sum(l.amount_minor) FILTER (l.leg = 'return') AS lost,
    sum(l.amount_minor) FILTER (l.leg = 'recovery') AS recovered
FROM paid AS o
JOIN paid AS s ON s.original_payment_id = o.payment_id AND s.leg = 'settlement'
JOIN (
    SELECT case_id, creditor_account_id AS card, max(time) AS brought FROM paid
    WHERE NOT is_fraud AND rail = 'cash' GROUP BY ALL
) AS b ON b.case_id = o.case_id AND b.card = o.creditor_account_id AND s.time < b.brought
JOIN paid AS l ON l.original_payment_id = o.payment_id
    AND CASE l.leg WHEN 'recovery' THEN l.debtor_account_id = b.card
        WHEN 'return' THEN l.debtor_account_id <> b.card END
WHERE o.rail = 'cheque' AND o.leg = 'original'
GROUP BY o.case_id, o.payment_id HAVING lost IS DISTINCT FROM recovered;

-- no drawer of a wedding's cheques brings more cash than the cheques on that card came to
SELECT case_id, creditor_account_id, sum(amount_minor) FILTER (rail = 'cash') AS brought,
    sum(amount_minor) FILTER (rail = 'cheque') AS given
FROM paid WHERE NOT is_fraud AND leg = 'original' AND rail IN ('cash', 'cheque')
GROUP BY ALL HAVING brought > given + 1 + 0.02 * given;
