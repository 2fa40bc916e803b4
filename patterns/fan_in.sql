-- from three to as many as declared pay one collector
SELECT case_id, count(*) FILTER (role = 'collector') AS collectors,
    count(*) FILTER (role = 'sender') AS senders
FROM part WHERE entity = 'user'
GROUP BY case_id
HAVING collectors <> 1 OR senders NOT BETWEEN 3 AND declared('most');

-- every member takes part with an account of their own
SELECT m.case_id, m.entity_id AS account_id FROM part AS m
WHERE m.entity = 'account' AND NOT EXISTS (
    SELECT 1 FROM has_account AS h
    JOIN part AS u ON u.entity = 'user' AND u.entity_id = h.user_id
    WHERE u.case_id = m.case_id AND u.role = m.role AND h.account_id = m.entity_id
);

-- every payment of a case is a transfer from a sender's account to the collector's
SELECT p.case_id, p.payment_id FROM paid AS p
LEFT JOIN part AS a
    ON a.case_id = p.case_id AND a.entity = 'account' AND a.entity_id = p.debtor_account_id
LEFT JOIN part AS b
    ON b.case_id = p.case_id AND b.entity = 'account' AND b.entity_id = p.creditor_account_id
WHERE p.rail <> 'instant' OR a.role IS DISTINCT FROM 'sender'
    OR b.role IS DISTINCT FROM 'collector';

-- every sender pays once, or tries to
SELECT m.case_id, m.entity_id AS account_id, count(p.payment_id) AS payments FROM part AS m
LEFT JOIN paid AS p ON p.case_id = m.case_id AND p.debtor_account_id = m.entity_id
WHERE m.entity = 'account' AND m.role = 'sender'
GROUP BY ALL HAVING payments <> 1;

-- all is paid within as many days as declared, between the start and the end of the case
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
GROUP BY case_id, case_start, case_end
HAVING last - first > declared('days') * INTERVAL 1 DAY OR first < case_start OR last > case_end;
