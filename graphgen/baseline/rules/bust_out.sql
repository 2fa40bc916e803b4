-- Bust-out: cards drawn to the limit, re-opened by cheques that come back
-- Looks for: a card payment by the holder of cards on which two cheques or more had come back.
-- Misses: all that is spent before the second cheque comes back.
WITH back AS (
    SELECT holder.user_id, p.time, count(*) OVER (PARTITION BY holder.user_id ORDER BY p.time) AS n
    FROM payment AS p
    JOIN account AS card
        ON card.account_id IN (p.debtor_account_id, p.counterparty_account_id)
    JOIN has_account AS holder ON holder.account_id = card.account_id AND holder.role = 'owner'
    WHERE p.leg = 'return' AND p.rail = 'cheque' AND card.type = 'credit_card'
)
SELECT m.id FROM move AS m ASOF JOIN back AS b ON b.user_id = m.payer_user AND b.time < m.time
WHERE b.n >= 2 AND m.rail = 'card'
