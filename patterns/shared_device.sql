-- a case has as many people as declared, with one of them to whom the others send; a farm four times as many
SELECT c.case_id, count(*) FILTER (entity = 'user') AS people, bool_or(role = 'emulator') AS farm,
    count(*) FILTER (role IN ('collector', 'host')) AS firsts
FROM cases AS c LEFT JOIN part AS m USING (case_id)
GROUP BY c.case_id
HAVING firsts <> 1 OR people NOT BETWEEN CASE WHEN farm THEN 4 ELSE 1 END * declared('fewest')
    AND CASE WHEN farm THEN 4 ELSE 1 END * declared('most');

-- a case has one device, a farm six of one build, and no look-alike is a farm
SELECT case_id, role, count(*) AS devices FROM part JOIN device AS d ON d.device_id = entity_id
WHERE entity = 'device'
GROUP BY case_id, role, is_fraud
HAVING devices <> CASE role WHEN 'emulator' THEN 6 ELSE 1 END OR (role = 'emulator' AND NOT is_fraud)
    OR count(DISTINCT (d.type, d.os, d.user_agent)) > 1;

-- every person of a case banks from a device of it
SELECT m.case_id, m.entity_id AS user_id FROM part AS m
WHERE m.entity = 'user' AND NOT EXISTS (
    SELECT 1 FROM uses_device AS u JOIN part AS d ON d.entity = 'device' AND d.entity_id = u.device_id
    WHERE d.case_id = m.case_id AND u.user_id = m.entity_id
);

-- they begin to within as many days as declared
SELECT case_id, min(valid_from) AS first, max(valid_from) AS last FROM signs_in JOIN cases USING (case_id)
GROUP BY case_id HAVING last > first + to_days(declared('days')::INTEGER);

-- a case's sessions are of its people, from its devices
SELECT case_id, session_id, user_id, device_id FROM signed_in AS s
WHERE NOT EXISTS (FROM part AS m WHERE m.case_id = s.case_id AND m.entity = 'user' AND m.entity_id = user_id)
    OR NOT EXISTS (FROM part AS m WHERE m.case_id = s.case_id AND m.entity = 'device' AND m.entity_id = device_id);

-- a case's payments run from its people's accounts to the collector's, ordered by who owns them from its devices
SELECT case_id, payment_id FROM paid AS p
WHERE leg <> 'original' OR rail <> 'instant' OR NOT EXISTS (
    FROM part AS m WHERE m.case_id = p.case_id AND m.entity = 'device' AND m.entity_id = p.device_id
) OR NOT EXISTS (
    FROM part AS m JOIN has_account AS h ON h.account_id = m.entity_id AND h.role = 'owner'
    JOIN part AS u ON u.case_id = m.case_id AND u.entity_id = h.user_id AND u.role = 'recruit'
    JOIN session AS s ON s.session_id = p.session_id AND s.user_id = h.user_id
    WHERE m.case_id = p.case_id AND m.entity = 'account' AND m.entity_id = debtor_account_id
) OR NOT EXISTS (
    FROM part AS m JOIN has_account AS h ON h.account_id = m.entity_id AND h.role = 'owner'
    JOIN part AS u ON u.case_id = m.case_id AND u.entity_id = h.user_id AND u.role = 'collector'
    WHERE m.case_id = p.case_id AND m.entity = 'account' AND m.entity_id = creditor_account_id
);

-- nobody sends before the person has been signed in to from the device, nor more than twice
SELECT p.case_id, e.user_id, count(DISTINCT p.payment_id) AS sent FROM paid AS p
JOIN session AS v USING (session_id)
JOIN signs_in AS e ON e.case_id = p.case_id AND e.user_id = v.user_id
GROUP BY p.case_id, e.user_id HAVING min(p.time) < min(e.valid_from) OR sent > 2;

-- the people behind a look-alike's device send nothing for it
SELECT case_id, payment_id FROM paid WHERE NOT is_fraud;

-- whoever is new behind a case's devices is first seen there within as many days as declared
SELECT d.case_id, min(u.first_seen) AS first, max(u.first_seen) AS last FROM part AS d
JOIN cases AS c USING (case_id)
JOIN uses_device AS u ON u.device_id = d.entity_id AND u.first_seen >= c.start
JOIN part AS m ON m.case_id = d.case_id AND m.entity = 'user' AND m.entity_id = u.user_id
WHERE d.entity = 'device'
GROUP BY d.case_id HAVING last > first + to_days(declared('days')::INTEGER);
