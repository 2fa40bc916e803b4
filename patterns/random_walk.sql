-- money goes from one originator to one beneficiary, by three to as many hops as declared
SELECT case_id, count(*) FILTER (role = 'originator') AS originators,
    count(*) FILTER (role = 'beneficiary') AS beneficiaries,
    count(*) - 1 AS hops
FROM part WHERE entity = 'user'
GROUP BY case_id
HAVING originators <> 1 OR beneficiaries <> 1 OR hops NOT BETWEEN 3 AND declared('most');

-- every member takes part with an account of their own
SELECT m.case_id, m.entity_id AS account_id FROM part AS m
WHERE m.entity = 'account' AND NOT EXISTS (
    SELECT 1 FROM has_account AS h
    JOIN part AS u ON u.entity = 'user' AND u.entity_id = h.user_id
    WHERE u.case_id = m.case_id AND u.role = m.role AND h.account_id = m.entity_id
);

-- every payment of a case is a transfer among its members
SELECT p.case_id, p.payment_id FROM paid AS p
LEFT JOIN part AS a
    ON a.case_id = p.case_id AND a.entity = 'account' AND a.entity_id = p.debtor_account_id
LEFT JOIN part AS b
    ON b.case_id = p.case_id AND b.entity = 'account' AND b.entity_id = p.creditor_account_id
WHERE p.rail <> 'instant' OR a.role IS NULL OR b.role IS NULL;

-- money comes to every member but the originator once, and leaves every one but the beneficiary
-- once; if the originator has not got it, it goes nowhere
SELECT m.case_id, m.entity_id AS account_id, m.role, first.status FROM part AS m
JOIN paid AS first ON first.case_id = m.case_id AND first.follows IS NULL
LEFT JOIN paid AS p ON p.case_id = m.case_id AND p.status = 'booked'
    AND m.entity_id IN (p.debtor_account_id, p.creditor_account_id)
WHERE m.entity = 'account'
GROUP BY ALL
HAVING count(p.payment_id) FILTER (p.creditor_account_id = m.entity_id)
        <> (first.status = 'booked' AND m.role <> 'originator')::INT
    OR count(p.payment_id) FILTER (p.debtor_account_id = m.entity_id)
        <> (first.status = 'booked' AND m.role <> 'beneficiary')::INT;

-- one payment follows no other: the originator's, who sends it or tries to
SELECT c.case_id, count(p.payment_id) AS firsts FROM cases AS c
LEFT JOIN paid AS p ON p.case_id = c.case_id AND p.follows IS NULL
LEFT JOIN part AS m ON m.case_id = c.case_id AND m.entity = 'account'
    AND m.entity_id = p.debtor_account_id
GROUP BY c.case_id HAVING firsts <> 1 OR any_value(m.role) IS DISTINCT FROM 'originator';

-- every hop passes on, later, what the hop before brought, less at most the declared share and what
-- it is rounded by
SELECT p.case_id, p.payment_id, i.amount_minor AS came_in, p.amount_minor AS went_out
FROM paid AS p
LEFT JOIN paid AS i ON i.payment_id = p.follows_payment_id
WHERE p.follows IS NOT NULL AND NOT coalesce(
    i.creditor_account_id = p.debtor_account_id AND i.time < p.time
    AND p.amount_minor <= i.amount_minor
    AND p.amount_minor
        >= (1 - kept('keeps')) * i.amount_minor - 1, false
);

-- all is paid within as many days as declared, between the start and the end of the case
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
GROUP BY case_id, case_start, case_end
HAVING last - first > declared('days') * INTERVAL 1 DAY OR first < case_start OR last > case_end;
