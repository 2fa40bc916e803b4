-- IP recycling: strangers' accounts behind the same private lines and proxies
-- Looks for: a transfer from an address of a home, a proxy or a host that sixteen people or more have
--   banked from by then.
-- Misses: exits of few accounts, and gateways of offices and carriers.
WITH first AS (
    SELECT ip_id, user_id, min(time) AS since FROM session
    WHERE ip_id IN (SELECT ip_id FROM ip WHERE kind IN ('home', 'vpn', 'hosting')) GROUP BY 1, 2
), crowd AS (
    SELECT ip_id, since, count(*) OVER (PARTITION BY ip_id ORDER BY since) AS users FROM first
)
SELECT m.id FROM move AS m ASOF JOIN crowd AS c ON c.ip_id = m.ip_id AND c.since <= m.time
WHERE c.users >= 16
