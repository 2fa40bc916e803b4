-- Identity ring: people made up of the same fragments draw their cards to the limit
-- Looks for: a card payment of somebody whose telephone number or mailbox people of three households
--   or more give, within ten days of five that were declined.
-- Misses: rings that share nothing the bank knows of, or whose cards are drawn by half.
WITH contact AS (
    SELECT user_id, phone_id AS contact, since FROM has_phone
    UNION ALL SELECT user_id, email_id, since FROM has_email
), shared AS (
    SELECT contact, since FROM (
        SELECT contact, household_id, min(since) AS since
        FROM contact JOIN "user" USING (user_id) GROUP BY 1, 2
    ) QUALIFY row_number() OVER (PARTITION BY contact ORDER BY since, household_id) = 3
), suspect AS (
    SELECT c.user_id, min(s.since) AS since FROM contact AS c JOIN shared AS s USING (contact)
    GROUP BY 1
), drawn AS (
    SELECT payer_user, time, count(*) FILTER (is_declined) OVER (PARTITION BY payer_user
        ORDER BY time RANGE BETWEEN INTERVAL 10 DAYS PRECEDING AND CURRENT ROW) AS declined, id
    FROM move WHERE rail = 'card'
)
SELECT d.id FROM drawn AS d JOIN suspect AS s ON s.user_id = d.payer_user AND s.since <= d.time
WHERE declined >= 5
