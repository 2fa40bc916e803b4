-- all that swings is securities, and nothing and nobody else belongs to a case
SELECT case_id, entity, role FROM part WHERE entity <> 'security' OR role <> 'swinging';

-- before it begins no price, and no volume, is other than it would have been
SELECT t.case_id, t.security_id, t.time FROM told AS t JOIN cases AS c USING (case_id)
WHERE t.is_moved AND t.time < c.start;

-- while it lasts prices that nothing else moves go the declared number of times as far as they would have
SELECT case_id, sum(abs(moved)) / sum(abs(clean)) AS times FROM (
    SELECT t.case_id, t.security_id, t.time, lag(t.time) OVER w AS before, ln(close_minor / lag(close_minor) OVER w) AS moved,
        ln(clean_close_minor / lag(clean_close_minor) OVER w) AS clean,
        t.time > c.start AND t.time <= c."end" AS meanwhile, clean_close_minor
    FROM told AS t JOIN cases AS c USING (case_id)
    WINDOW w AS (PARTITION BY t.case_id, t.security_id ORDER BY t.time)
) AS s
WHERE meanwhile AND clean_close_minor > 1000 AND NOT EXISTS (
    FROM moves AS m WHERE m.case_id IS DISTINCT FROM s.case_id AND m.security_id = s.security_id
        AND m.valid_from <= s.time AND m.valid_to >= s.before
)
GROUP BY case_id
HAVING abs(times - declared('swing')) > 0.05 * declared('swing');

-- it lasts for the declared sessions at most
SELECT c.case_id, count(DISTINCT t.time) AS sessions FROM told AS t JOIN cases AS c USING (case_id)
WHERE t.time > c.start AND t.time <= c."end" GROUP BY ALL HAVING sessions > declared('sessions');

-- as much is traded as would have been, or the declared number of times as much
SELECT case_id, security_id, time, volume, clean_volume FROM told
WHERE abs(volume - clean_volume) > 400
    AND abs(volume - declared('volume') * clean_volume) > 400 + 0.001 * volume;
