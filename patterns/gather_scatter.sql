-- from three to as many as declared pay one hub, which pays from three to as many others
SELECT case_id, count(*) FILTER (role = 'hub') AS hubs,
    count(*) FILTER (role = 'sender') AS senders,
    count(*) FILTER (role = 'receiver') AS receivers
FROM part WHERE entity = 'user'
GROUP BY case_id
HAVING hubs <> 1 OR senders NOT BETWEEN 3 AND declared('most')
    OR receivers NOT BETWEEN 3 AND senders;

-- every member takes part with an account of their own
SELECT m.case_id, m.entity_id AS account_id FROM part AS m
WHERE m.entity = 'account' AND NOT EXISTS (
    SELECT 1 FROM has_account AS h
    JOIN part AS u ON u.entity = 'user' AND u.entity_id = h.user_id
    WHERE u.case_id = m.case_id AND u.role = m.role AND h.account_id = m.entity_id
);

-- nobody plays two parts in a case
SELECT case_id, entity_id AS user_id FROM part WHERE entity = 'user'
GROUP BY ALL HAVING count(*) > 1;

-- every payment of a case is a transfer from a sender to the hub, or from the hub to a receiver
SELECT p.case_id, p.payment_id FROM paid AS p
LEFT JOIN part AS a
    ON a.case_id = p.case_id AND a.entity = 'account' AND a.entity_id = p.debtor_account_id
LEFT JOIN part AS b
    ON b.case_id = p.case_id AND b.entity = 'account' AND b.entity_id = p.creditor_account_id
WHERE p.rail <> 'instant' OR NOT coalesce(
    (a.role = 'sender' AND b.role = 'hub') OR (a.role = 'hub' AND b.role = 'receiver'), false
);

-- every sender pays once, or tries to
SELECT m.case_id, m.entity_id AS account_id, count(p.payment_id) AS payments FROM part AS m
LEFT JOIN paid AS p ON p.case_id = m.case_id AND p.debtor_account_id = m.entity_id
WHERE m.entity = 'account' AND m.role = 'sender'
GROUP BY ALL HAVING payments <> 1;

-- what a sender has paid is paid on, after all that comes in has come
SELECT i.case_id, i.payment_id FROM paid AS i
LEFT JOIN paid AS o ON o.payment_id = i.into_payment_id AND o.status = 'booked'
WHERE i."into" IS NOT NULL AND i.status = 'booked' AND coalesce(o.time <= (
    SELECT max(other.time) FROM paid AS other
    WHERE other.case_id = i.case_id AND other."into" IS NOT NULL
), true);

-- no receiver is paid twice, and none for nothing
SELECT o.case_id, o.creditor_account_id AS account_id, count(*) AS payments FROM paid AS o
WHERE o."into" IS NULL
GROUP BY ALL HAVING payments > 1 OR NOT bool_and(o.payment_id IN (
    SELECT into_payment_id FROM paid WHERE status = 'booked' AND into_payment_id IS NOT NULL
));

-- what goes out is what came in for it less at most the declared share, and what it is rounded by
SELECT o.case_id, o.payment_id, o.amount_minor AS went_out, sum(i.amount_minor) AS came_in
FROM paid AS o
JOIN paid AS i ON i.into_payment_id = o.payment_id AND i.status = 'booked'
GROUP BY ALL
HAVING went_out > came_in
    OR went_out < (1 - kept('keeps')) * came_in - count(*);

-- all is paid within as many days as declared, between the start and the end of the case
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
GROUP BY case_id, case_start, case_end
HAVING last - first > declared('days') * INTERVAL 1 DAY OR first < case_start OR last > case_end;
