-- Kiting: cheques between one person's own accounts, written before the last has cleared
-- Looks for: the fourth cheque or a later one within two weeks from one account of a person to
--   another of theirs at another bank.
-- Misses: the first cheques, and kites over accounts of several people.
SELECT id FROM (
    SELECT id, count(*) OVER (PARTITION BY payer_user ORDER BY time
        RANGE BETWEEN INTERVAL 14 DAYS PRECEDING AND CURRENT ROW) AS cheques
    FROM move WHERE rail = 'cheque' AND payer_user = payee_user AND payer_bank <> payee_bank
) WHERE cheques >= 4
