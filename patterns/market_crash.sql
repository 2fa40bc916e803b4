-- those that fall with the market are securities, and nothing and nobody else belongs to a case
SELECT case_id, entity, role FROM part WHERE entity <> 'security' OR role <> 'fallen';

-- before it begins no price, and no volume, is other than it would have been
SELECT t.case_id, t.security_id, t.time FROM told AS t JOIN cases AS c USING (case_id)
WHERE t.is_moved AND t.time < c.start;

-- at the worst stocks are down by about the declared fall, on average
SELECT case_id, min(down) AS worst FROM (
    SELECT case_id, time, avg(close_minor::DOUBLE / clean_close_minor - 1) AS down
    FROM told JOIN security USING (security_id) WHERE type = 'stock' GROUP BY ALL
) GROUP BY case_id
HAVING min(down) NOT BETWEEN -1.5 * declared('fall') AND -0.5 * declared('fall');

-- once it is over nothing is moved any more
SELECT case_id, security_id, min(close_minor::DOUBLE / clean_close_minor) AS least,
    max(close_minor::DOUBLE / clean_close_minor) AS most
FROM told JOIN cases AS c USING (case_id) WHERE told.time >= c."end" AND clean_close_minor > 1000
GROUP BY ALL HAVING most - least > 0.004 + 6.0 / min(clean_close_minor);

-- as much is traded as would have been, or more
SELECT case_id, security_id, time, volume, clean_volume FROM told
WHERE volume < clean_volume
    OR (is_moved AND volume > (declared('volume') + 0.1) * clean_volume + 400);
