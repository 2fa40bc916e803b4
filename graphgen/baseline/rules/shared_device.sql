-- Shared device: one person works many people's accounts from one device
-- Looks for: a transfer from a device that five people or more first used within the ten days before.
-- Misses: small rings, and devices that collect people slowly.
WITH first AS (
    SELECT device_id, user_id, min(time) AS since FROM session GROUP BY 1, 2
), crowd AS (
    SELECT device_id, since, count(*) OVER (PARTITION BY device_id ORDER BY since
        RANGE BETWEEN INTERVAL 10 DAYS PRECEDING AND CURRENT ROW) AS users FROM first
)
SELECT m.id FROM move AS m ASOF JOIN crowd AS c
    ON c.device_id = m.device_id AND c.since <= m.time
WHERE c.users >= 5 AND m.time <= c.since + INTERVAL 10 DAYS AND m.rail = 'instant'
