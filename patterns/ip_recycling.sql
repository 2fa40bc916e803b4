-- a case has as many accounts as declared, each of one of its people, who owns it
SELECT c.case_id, count(m.entity_id) AS accounts, count(h.user_id) AS held FROM cases AS c
LEFT JOIN part AS m ON m.case_id = c.case_id AND m.entity = 'account'
LEFT JOIN has_account AS h ON h.account_id = m.entity_id AND h.role = 'owner' AND h.user_id IN (
    SELECT u.entity_id FROM part AS u WHERE u.entity = 'user' AND u.case_id = c.case_id
)
GROUP BY c.case_id
HAVING accounts NOT BETWEEN declared('fewest') AND declared('most') OR held <> accounts
    OR accounts <> (SELECT count(*) FROM part AS u WHERE u.entity = 'user' AND u.case_id = c.case_id);

-- a case has from three to as many addresses as declared
SELECT c.case_id, count(m.entity_id) AS addresses FROM cases AS c
LEFT JOIN part AS m ON m.case_id = c.case_id AND m.entity = 'ip'
GROUP BY c.case_id HAVING addresses NOT BETWEEN 3 AND declared('addresses');

-- every person of a case banks from one of its addresses
SELECT m.case_id, m.entity_id AS user_id FROM part AS m
WHERE m.entity = 'user' AND NOT EXISTS (
    SELECT 1 FROM uses_ip AS i JOIN part AS a ON a.entity = 'ip' AND a.entity_id = i.ip_id
    WHERE a.case_id = m.case_id AND i.user_id = m.entity_id
);

-- behind every address of a case are at least two of its people
SELECT a.case_id, a.entity_id AS ip_id, count(DISTINCT u.entity_id) AS people FROM part AS a
LEFT JOIN uses_ip AS i ON i.ip_id = a.entity_id
LEFT JOIN part AS u ON u.entity = 'user' AND u.case_id = a.case_id AND u.entity_id = i.user_id
WHERE a.entity = 'ip'
GROUP BY ALL HAVING people < 2;

-- a case's sessions are of its people, from its addresses, while the case lasts
SELECT case_id, session_id, user_id, ip_id, time FROM signed_in AS s
WHERE NOT EXISTS (FROM part AS m WHERE m.case_id = s.case_id AND m.entity = 'user' AND m.entity_id = user_id)
    OR NOT EXISTS (FROM part AS m WHERE m.case_id = s.case_id AND m.entity = 'ip' AND m.entity_id = ip_id)
    OR time < case_start OR time > case_end;

-- a case lasts no longer than declared, but for the last night's half a day
SELECT case_id, start, "end" FROM cases WHERE "end" > start + to_hours(24 * declared('days')::INTEGER + 24);

-- addresses change: none serves a case of some days for more than three quarters of its days
SELECT s.case_id, s.ip_id, min(s.time) AS first, max(s.time) AS last FROM signed_in AS s
JOIN cases AS c USING (case_id)
WHERE c."end" - c.start > INTERVAL 8 DAYS
GROUP BY s.case_id, s.ip_id, c.start, c."end"
HAVING epoch_ms(max(s.time)) - epoch_ms(min(s.time))
    > (epoch_ms(c."end") - epoch_ms(c.start)) * 0.75 + 86400000;

-- no money moves in a case
SELECT case_id, payment_id FROM paid;

-- half of the people of a case of some days, at least, are seen at its addresses
SELECT case_id, people, seen FROM (
    SELECT case_id, count(*) AS people FROM part JOIN cases USING (case_id)
    WHERE entity = 'user' AND "end" - start > INTERVAL 8 DAYS GROUP BY case_id
) LEFT JOIN (
    SELECT case_id, count(DISTINCT user_id) AS seen FROM signed_in GROUP BY case_id
) USING (case_id)
WHERE coalesce(seen, 0) < people / 2;
