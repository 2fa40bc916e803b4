-- the layers of a case hold equally many firms, as many as declared, each with one account
SELECT case_id, originators, intermediaries, beneficiaries FROM (
    SELECT case_id, difficulty,
        count(*) FILTER (role = 'originator' AND entity = 'account') AS originators,
        count(*) FILTER (role = 'intermediary' AND entity = 'account') AS intermediaries,
        count(*) FILTER (role = 'beneficiary' AND entity = 'account') AS beneficiaries,
        count(*) FILTER (entity = 'account') AS accounts,
        count(DISTINCT entity_id) FILTER (entity = 'account') AS different
    FROM part GROUP BY ALL
)
WHERE accounts <> different OR accounts <> originators * declared('layers')
    OR originators <> beneficiaries OR intermediaries <> originators * (declared('layers') - 2)
    OR originators < declared('fewest')
    OR originators > CASE difficulty
        WHEN 'hard' THEN declared('fewest') ELSE declared('most') END;

-- every account of a case is a firm's; the people of a case are those who own one, in the same part
SELECT case_id, entity, entity_id, role FROM misowned
UNION ALL
SELECT m.case_id, m.entity, m.entity_id, m.role FROM part AS m
JOIN account ON m.entity = 'account' AND account_id = m.entity_id WHERE type <> 'business';

-- originators are paid in cash or from outside, all others by people of the case; each payment on
-- is of what its payer was paid, and later
SELECT p.case_id, p.payment_id, p.time, b.time AS received FROM paid AS p
JOIN account AS a ON a.account_id = coalesce(p.counterparty_account_id, p.debtor_account_id)
LEFT JOIN part AS t ON t.case_id = p.case_id AND t.entity = 'account'
    AND t.entity_id = p.creditor_account_id
LEFT JOIN paid AS b ON b.payment_id = p.follows_payment_id
WHERE p.leg = 'original' AND CASE WHEN b.payment_id IS NULL
    THEN t.role IS DISTINCT FROM 'originator' OR CASE p.rail
        WHEN 'cash' THEN a.account_id NOT IN (SELECT vault_account_id FROM bank)
        ELSE a.type <> 'external' END
    ELSE b.case_id <> p.case_id OR p.time <= b.time OR a.account_id <> b.creditor_account_id
        OR t.role IS NULL OR t.role = 'originator' END;

-- money comes once to each originator, who pays everybody in the next layer once; from then on
-- every receipt is passed on in one payment, until it has come to a beneficiary
SELECT chain.case_id, chain.payment_id, role, depth, next, wide FROM (
    WITH RECURSIVE chain AS (
        SELECT case_id, payment_id, creditor_account_id, 1 AS depth FROM paid
        WHERE leg = 'original' AND follows_payment_id IS NULL
        UNION ALL
        SELECT p.case_id, p.payment_id, p.creditor_account_id, chain.depth + 1 FROM paid AS p
        JOIN chain ON p.follows_payment_id = chain.payment_id
        WHERE p.leg = 'original'
    )
    SELECT * FROM chain
) AS chain
JOIN part AS m ON m.case_id = chain.case_id AND m.entity = 'account'
    AND m.entity_id = chain.creditor_account_id
JOIN (
    SELECT case_id, count(*) AS wide FROM part
    WHERE role = 'originator' AND entity = 'account' GROUP BY case_id
) AS w ON w.case_id = chain.case_id
LEFT JOIN (
    SELECT follows_payment_id AS payment_id, count(DISTINCT creditor_account_id) AS next,
        count(*) AS payments
    FROM paid WHERE leg = 'original' GROUP BY ALL
) AS n ON n.payment_id = chain.payment_id
WHERE role <> CASE depth WHEN 1 THEN 'originator' WHEN declared('layers') THEN 'beneficiary'
        ELSE 'intermediary' END
    OR coalesce(next, 0) <> coalesce(payments, 0)
    OR coalesce(next, 0) <> CASE depth WHEN 1 THEN wide WHEN declared('layers') THEN 0 ELSE 1 END;

-- a case has all its payments: one to each originator, and as many as there are pairs of people
-- between any two layers
SELECT c.case_id, wide, payments FROM (
    SELECT case_id, count(*) AS wide FROM part
    WHERE role = 'originator' AND entity = 'account' GROUP BY case_id
) AS c LEFT JOIN (
    SELECT case_id, count(*) AS payments FROM paid WHERE leg = 'original' GROUP BY case_id
) USING (case_id)
WHERE wide + wide * wide * (declared('layers') - 1) IS DISTINCT FROM payments;

-- everybody is paid, and everybody but the beneficiaries pays on
SELECT m.case_id, m.entity_id AS account_id, m.role, ins, outs FROM part AS m
LEFT JOIN (
    SELECT case_id, account_id, count(*) FILTER (is_in) AS ins, count(*) FILTER (NOT is_in) AS outs
    FROM (
        SELECT case_id, creditor_account_id AS account_id, true AS is_in FROM paid
        WHERE leg = 'original'
        UNION ALL
        SELECT case_id, coalesce(counterparty_account_id, debtor_account_id), false FROM paid
        WHERE leg = 'original'
    )
    GROUP BY ALL
) AS p ON p.case_id = m.case_id AND p.account_id = m.entity_id
WHERE m.entity = 'account' AND (coalesce(ins, 0) = 0
    OR (coalesce(outs, 0) = 0) <> (m.role = 'beneficiary'));

-- nothing is declined, and each receipt is paid on to the cent, less what may be kept
SELECT b.case_id, b.payment_id, b.status, b.amount_minor, sum(p.amount_minor) AS paid_on
FROM paid AS b
JOIN part AS m ON m.case_id = b.case_id AND m.entity = 'account'
    AND m.entity_id = b.creditor_account_id
LEFT JOIN paid AS p ON p.follows_payment_id = b.payment_id AND p.leg = 'original'
WHERE b.leg = 'original'
GROUP BY b.case_id, b.payment_id, b.status, b.amount_minor, b.is_fraud, m.role
HAVING b.status <> 'booked' OR sum(p.amount_minor) > b.amount_minor
    OR (m.role <> 'beneficiary' AND coalesce(sum(p.amount_minor + 1), 0) <
        (1 - CASE WHEN b.is_fraud THEN kept('keeps')
            ELSE kept('margin') END)
        * b.amount_minor);

-- it takes no more days than declared
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
WHERE leg = 'original'
GROUP BY case_id HAVING max(time) - min(time) > to_days(declared('days')::INTEGER);
