-- what is told of is securities, one firm's at least, and nothing and nobody else belongs to a case
SELECT case_id, count(*) FILTER (entity <> 'security' OR role <> 'told of') AS others FROM part
GROUP BY case_id HAVING others > 0;

-- there is an article of the case as it begins, and its news is as good as it is called
SELECT c.case_id, n.news_id, n.sentiment FROM cases AS c
LEFT JOIN event_label AS l ON l.case_id = c.case_id AND l.event = 'news'
LEFT JOIN news AS n ON n.news_id = l.event_id
WHERE n.news_id IS NULL OR abs(epoch_ms(n.time) - epoch_ms(c.start)) > 1000
    OR +n.sentiment <= 0;

-- before the news no price, and no volume, is other than it would have been
SELECT t.case_id, t.security_id, t.time FROM told AS t JOIN cases AS c USING (case_id)
WHERE t.is_moved AND t.time < c.start;

-- by the end of the case some price is about as far from where it would have been as declared
SELECT case_id, max(+moved) AS most FROM (
    SELECT t.case_id, ln(close_minor::DOUBLE / clean_close_minor) AS moved
    FROM told AS t JOIN cases AS c USING (case_id) WHERE t.time >= c."end"
) GROUP BY case_id
HAVING most NOT BETWEEN 0.5 * abs(ln(1 + declared('rise')))
    AND 1.6 * abs(ln(1 + declared('rise')));

-- as much is traded as would have been, or more, and no more than the declared multiple
SELECT case_id, security_id, time, volume, clean_volume FROM told
WHERE volume < clean_volume OR volume > (declared('volume') + 0.1) * clean_volume + 400;
