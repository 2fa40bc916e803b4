-- one distributor pays from three to as many as declared
SELECT case_id, count(*) FILTER (role = 'distributor') AS distributors,
    count(*) FILTER (role = 'receiver') AS receivers
FROM part WHERE entity = 'user'
GROUP BY case_id
HAVING distributors <> 1 OR receivers NOT BETWEEN 3 AND declared('most');

-- every member takes part with an account of their own
SELECT m.case_id, m.entity_id AS account_id FROM part AS m
WHERE m.entity = 'account' AND NOT EXISTS (
    SELECT 1 FROM has_account AS h
    JOIN part AS u ON u.entity = 'user' AND u.entity_id = h.user_id
    WHERE u.case_id = m.case_id AND u.role = m.role AND h.account_id = m.entity_id
);

-- every payment of a case is a transfer from elsewhere to the distributor, or on to a receiver
SELECT p.case_id, p.payment_id FROM paid AS p
JOIN account AS d ON d.account_id = p.debtor_account_id
LEFT JOIN part AS a
    ON a.case_id = p.case_id AND a.entity = 'account' AND a.entity_id = p.debtor_account_id
LEFT JOIN part AS b
    ON b.case_id = p.case_id AND b.entity = 'account' AND b.entity_id = p.creditor_account_id
WHERE p.rail <> 'instant' OR NOT coalesce(
    (a.role IS NULL AND d.type IN ('external', 'business') AND b.role = 'distributor')
    OR (a.role = 'distributor' AND b.role = 'receiver'), false
);

-- all that is passed on comes in as one payment
SELECT c.case_id, count(p.payment_id) AS incoming FROM cases AS c
LEFT JOIN paid AS p ON p.case_id = c.case_id AND p.follows IS NULL
GROUP BY c.case_id HAVING incoming <> 1;

-- every receiver is paid once, out of what has come in
SELECT m.case_id, m.entity_id AS account_id, i.payment_id AS incoming_payment_id FROM part AS m
JOIN paid AS i ON i.case_id = m.case_id AND i.follows IS NULL
LEFT JOIN paid AS p ON p.case_id = m.case_id AND p.creditor_account_id = m.entity_id
    AND p.follows_payment_id = i.payment_id AND p.time > i.time AND p.status = 'booked'
WHERE m.entity = 'account' AND m.role = 'receiver'
GROUP BY ALL HAVING count(p.payment_id) <> (i.status = 'booked')::INT;

-- what goes out is what came in less at most the declared share, and what parts are rounded by
SELECT i.case_id, i.amount_minor AS came_in, sum(p.amount_minor) AS went_out FROM paid AS i
JOIN paid AS p ON p.follows_payment_id = i.payment_id
GROUP BY ALL
HAVING went_out > came_in
    OR went_out < (1 - kept('keeps')) * came_in - count(*);

-- all is paid within as many days as declared, between the start and the end of the case
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
GROUP BY case_id, case_start, case_end
HAVING last - first > declared('days') * INTERVAL 1 DAY OR first < case_start OR last > case_end;
