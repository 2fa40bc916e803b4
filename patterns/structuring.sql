-- a case has one account, and one person if the account is theirs, else it is a firm's
SELECT m.case_id, accounts, people, type FROM (
    SELECT case_id, count(*) FILTER (entity = 'account') AS accounts,
        count(*) FILTER (entity = 'user') AS people,
        max(entity_id) FILTER (entity = 'account') AS account_id,
        max(entity_id) FILTER (entity = 'user') AS user_id
    FROM part GROUP BY case_id
) AS m
LEFT JOIN account AS a USING (account_id)
LEFT JOIN has_account AS h ON h.account_id = m.account_id AND h.user_id = m.user_id
WHERE accounts <> 1 OR people > 1 OR CASE people
    WHEN 1 THEN h.user_id IS NULL ELSE a.type IS DISTINCT FROM 'business' END;

-- as many deposits as declared, and one wire
SELECT c.case_id, deposits, wires FROM cases AS c LEFT JOIN (
    SELECT case_id, count(*) FILTER (rail = 'cash') AS deposits,
        count(*) FILTER (rail <> 'cash') AS wires
    FROM paid WHERE leg = 'original' GROUP BY case_id
) USING (case_id)
WHERE deposits IS NULL OR wires <> 1 OR deposits < declared('fewest')
    OR deposits > ceil(
        declared('most') - 0.75 * hardness(difficulty) * (declared('most') - declared('fewest')));

-- deposits are of cash, out of a bank's vault, into the account of the case
SELECT case_id, payment_id, debtor_account_id, creditor_account_id, channel FROM paid
WHERE leg = 'original' AND rail = 'cash' AND (
    debtor_account_id NOT IN (SELECT vault_account_id FROM bank)
    OR (case_id, creditor_account_id) NOT IN (
        SELECT (case_id, entity_id) FROM part WHERE entity = 'account')
);

-- no deposit reaches the threshold, and a structured one is at most 99 % of it and at least what
-- is declared; takings are at least 84 % of it, all to within the rounding to ten dollars
SELECT case_id, payment_id, amount_minor FROM paid
WHERE leg = 'original' AND rail = 'cash' AND (amount_minor >= declared('threshold')
    OR amount_minor > CASE WHEN is_fraud THEN 0.99 ELSE 0.995 END * declared('threshold') + 500
    OR amount_minor < CASE WHEN is_fraud THEN declared('least') ELSE 0.84 END
        * declared('threshold') - 500);

-- the wire goes from the account of the case to one outside
SELECT p.case_id, p.payment_id, p.creditor_account_id FROM paid AS p
JOIN account AS a ON a.account_id = p.creditor_account_id
WHERE p.leg = 'original' AND p.rail <> 'cash' AND (a.type <> 'external' OR
    (p.case_id, coalesce(p.counterparty_account_id, p.debtor_account_id))
        NOT IN (SELECT (case_id, entity_id) FROM part WHERE entity = 'account'));

-- the wire comes after all deposits and passes on, to the cent, what they brought less what is
-- kept, a quarter of it at easy and all at hard: of takings, at least six tenths go to the supplier,
-- less the twentieth of it that rounding may leave
SELECT w.case_id, w.payment_id, w.status, w.amount_minor, sum(d.amount_minor) AS collected
FROM (SELECT *, declared('keeps') * (0.25 + 0.75 * hardness(difficulty)) AS keeps FROM paid) AS w
LEFT JOIN paid AS d ON d.into_payment_id = w.payment_id AND d.leg = 'original'
    AND d.status = 'booked' AND d.case_id = w.case_id AND d.time < w.time
WHERE w.leg = 'original' AND w.rail <> 'cash'
GROUP BY w.case_id, w.payment_id, w.status, w.amount_minor, w.unit_minor, w.is_fraud, w.keeps
HAVING w.status <> 'booked' OR sum(d.amount_minor) IS NULL
    OR w.amount_minor > sum(d.amount_minor)
    OR w.amount_minor + count(*) < sum(d.amount_minor)
        * CASE WHEN w.is_fraud THEN 1 - greatest(w.keeps, w.keeps / 4 + 0.05)
            ELSE 0.6 * 0.95 END;

-- every deposit of a case is passed on by its wire
SELECT d.case_id, d.payment_id, d.status, d.into_payment_id FROM paid AS d
LEFT JOIN paid AS w ON w.payment_id = d.into_payment_id
WHERE d.leg = 'original' AND d.rail = 'cash'
    AND (d.status <> 'booked' OR w.case_id IS DISTINCT FROM d.case_id);

-- it takes no more days than declared: three tenths of them at easy, all of them at hard
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
WHERE leg = 'original'
GROUP BY case_id, difficulty
HAVING max(time) - min(time)
    > to_days(ceil(declared('days') * (0.3 + 0.7 * hardness(difficulty)))::INTEGER);

-- deposits are made at two counters or machines, or more
SELECT case_id, count(DISTINCT terminal) AS terminals FROM paid
WHERE leg = 'original' AND rail = 'cash'
GROUP BY case_id HAVING terminals < 2;
