-- Account takeover: a new device, changed contacts and a new payee, and the account is emptied
-- Looks for: a transfer of half of the account or more, within four days of a device registered, a
--   contact or password changed and a payee added for the same person.
-- Misses: attackers who keep the device, or pay a payee who was known.
WITH act AS (
    SELECT user_id, time,
        max(CASE WHEN type = 'device_registered' THEN time END) OVER w AS device,
        max(CASE WHEN type IN ('password_changed', 'email_changed', 'phone_changed')
            THEN time END) OVER w AS changed,
        max(CASE WHEN type = 'payee_added' THEN time END) OVER w AS added
    FROM action
    WINDOW w AS (PARTITION BY user_id ORDER BY time
        RANGE BETWEEN INTERVAL 4 DAYS PRECEDING AND CURRENT ROW)
)
SELECT m.id FROM move AS m ASOF JOIN act AS a ON a.user_id = m.payer_user AND a.time < m.time
WHERE m.rail = 'instant' AND m.share >= 0.5 AND m.before <= 1 AND NOT m.is_declined
    AND least(a.device, a.changed, a.added) >= m.time - INTERVAL 4 DAYS
    AND a.device IS NOT NULL AND a.changed IS NOT NULL AND a.added IS NOT NULL
