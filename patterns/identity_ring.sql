-- a case has one organiser, or main tenant, and as many identities, or newcomers, as declared
SELECT c.case_id, count(*) FILTER (role IN ('organiser', 'tenant')) AS organisers,
    count(*) FILTER (role IN ('identity', 'newcomer')) AS identities
FROM cases AS c LEFT JOIN part AS m ON m.case_id = c.case_id AND m.entity = 'user'
GROUP BY c.case_id
HAVING organisers <> 1 OR identities NOT BETWEEN declared('fewest') AND declared('most');

-- phones, mailboxes and homes that two of its people share lead from the organiser to every identity
WITH RECURSIVE given AS (
    SELECT user_id, 'phone' AS what, phone_id AS thing FROM has_phone
    UNION ALL SELECT user_id, 'email', email_id FROM has_email
    UNION ALL SELECT user_id, 'address', address_id FROM lives_at
),
own AS (
    SELECT m.case_id, m.entity_id AS user_id, what, thing FROM part AS m
    JOIN given AS g ON g.user_id = m.entity_id WHERE m.entity = 'user'
),
link AS (
    SELECT DISTINCT a.case_id, a.user_id, b.user_id AS other_id FROM own AS a
    JOIN own AS b USING (case_id, what, thing) WHERE a.user_id <> b.user_id
),
reached AS (
    SELECT case_id, entity_id AS user_id FROM part WHERE role IN ('organiser', 'tenant')
    UNION
    SELECT l.case_id, l.other_id FROM reached AS r JOIN link AS l USING (case_id, user_id)
)
SELECT case_id, entity_id AS user_id FROM part AS m
WHERE m.entity = 'user' AND NOT EXISTS (
    FROM reached AS r WHERE r.case_id = m.case_id AND r.user_id = m.entity_id
);

-- every identity owns one of the case's accounts, a credit card that was opened before it all, and the organiser none
SELECT m.case_id, m.entity_id AS user_id, count(a.account_id) AS accounts FROM part AS m
LEFT JOIN has_account AS h ON h.user_id = m.entity_id AND h.role = 'owner' AND EXISTS (
    FROM part AS o WHERE o.case_id = m.case_id AND o.entity = 'account' AND o.entity_id = h.account_id
)
LEFT JOIN account AS a ON a.account_id = h.account_id AND a.type = 'credit_card'
    AND a.opened < (SELECT start FROM cases AS c WHERE c.case_id = m.case_id)
WHERE m.entity = 'user'
GROUP BY m.case_id, m.entity_id, m.role
HAVING accounts <> CASE WHEN m.role IN ('organiser', 'tenant') THEN 0 ELSE 1 END;

-- a case's payments are purchases by those cards
SELECT case_id, payment_id, rail FROM paid AS p
WHERE rail <> 'card' OR leg <> 'original' OR NOT EXISTS (
    FROM part AS m WHERE m.case_id = p.case_id AND m.role = 'card' AND m.entity_id = debtor_account_id
);

-- what a crime draws, or tries to, is 48 to 107 % of each card's limit; a look-alike spends no more than 70 %
SELECT p.case_id, p.account_id, drawn, credit_limit_minor FROM (
    SELECT case_id, is_fraud, debtor_account_id AS account_id, sum(amount_minor) AS drawn FROM paid
    WHERE stage = 'theft' OR NOT is_fraud GROUP BY ALL
) AS p
JOIN account AS a USING (account_id)
WHERE CASE WHEN p.is_fraud THEN drawn NOT BETWEEN 0.48 * credit_limit_minor AND 1.07 * credit_limit_minor
    ELSE drawn > 0.7 * credit_limit_minor END;

-- nobody had been a customer, or had an account, for more years on the first day than declared
SELECT m.case_id, m.entity_id AS user_id, u.customer_since, min(a.opened) AS opened
FROM part AS m JOIN "user" AS u ON u.user_id = m.entity_id
JOIN has_account AS h ON h.user_id = m.entity_id AND h.role = 'owner'
JOIN account AS a USING (account_id)
WHERE m.role IN ('identity', 'newcomer') AND EXISTS (FROM paid AS p WHERE p.case_id = m.case_id)
GROUP BY ALL
HAVING least(u.customer_since, min(a.opened))
    < (SELECT min(time) FROM payment) - to_days((366 * declared('years') + 1)::INTEGER);

-- hardly anything comes back once a crime's cards are drawn: a fifth of a card's limit, at most
SELECT t.case_id, t.account_id, a.credit_limit_minor, sum(p.amount_minor) AS repaid FROM (
    SELECT case_id, debtor_account_id AS account_id, min(time) AS first FROM paid
    WHERE stage = 'theft' GROUP BY ALL
) AS t
JOIN account AS a USING (account_id)
JOIN payment AS p ON p.creditor_account_id = t.account_id AND p.time > t.first
WHERE p.status = 'booked' AND p.leg = 'original'
GROUP BY ALL HAVING sum(p.amount_minor) > 0.2 * a.credit_limit_minor;

-- each card is drawn, but not before it has been nursed by small purchases
SELECT case_id, debtor_account_id AS account_id FROM paid WHERE is_fraud
GROUP BY ALL
HAVING count(*) FILTER (stage = 'theft') = 0 OR count(*) FILTER (stage = 'preparation') = 0
    OR max(time) FILTER (stage = 'preparation') > min(time) FILTER (stage = 'theft')
    OR sum(amount_minor) FILTER (stage = 'preparation') > sum(amount_minor) FILTER (stage = 'theft');

-- all is drawn within the declared days, after no longer nursing than declared
SELECT case_id FROM paid JOIN cases AS c USING (case_id) WHERE paid.is_fraud
GROUP BY case_id, c.start
HAVING max(time) FILTER (stage = 'theft') > min(time) FILTER (stage = 'theft') + to_days(declared('days')::INTEGER)
    OR max(time) > c.start + to_days((declared('days') + declared('nursing'))::INTEGER + 1);
