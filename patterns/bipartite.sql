-- a case has as many inputs and as many outputs as declared, each a firm's account
SELECT case_id, inputs, outputs FROM (
    SELECT case_id, difficulty,
        count(*) FILTER (role = 'input' AND entity = 'account') AS inputs,
        count(*) FILTER (role = 'output' AND entity = 'account') AS outputs,
        count(DISTINCT entity_id) FILTER (entity = 'account') AS accounts
    FROM part GROUP BY ALL
)
WHERE accounts <> inputs + outputs
    OR least(inputs, outputs) < declared('fewest')
    OR greatest(inputs, outputs) > CASE difficulty
        WHEN 'hard' THEN declared('fewest') ELSE declared('most') END;

-- every account of a case is a firm's; the people of a case are those who own one, in the same part
SELECT case_id, entity, entity_id, role FROM misowned
UNION ALL
SELECT m.case_id, m.entity, m.entity_id, m.role FROM part AS m
JOIN account ON m.entity = 'account' AND account_id = m.entity_id WHERE type <> 'business';

-- each input is paid once, in cash or from outside, and pays each output once; nobody else is paid
SELECT case_id, payment_id, payer_role, payee_role, times FROM (
    SELECT p.case_id, p.payment_id, f.role AS payer_role, t.role AS payee_role,
        p.follows_payment_id IS NULL AS is_first,
        CASE p.rail WHEN 'cash' THEN a.account_id IN (SELECT vault_account_id FROM bank)
            ELSE a.type = 'external' END AS comes_in,
        count(*) OVER (PARTITION BY p.case_id, f.entity_id, t.entity_id) AS times
    FROM paid AS p
    JOIN account AS a
        ON a.account_id = coalesce(p.counterparty_account_id, p.debtor_account_id)
    LEFT JOIN part AS f ON f.case_id = p.case_id AND f.entity = 'account'
        AND f.entity_id = a.account_id
    LEFT JOIN part AS t ON t.case_id = p.case_id AND t.entity = 'account'
        AND t.entity_id = p.creditor_account_id
    WHERE p.leg = 'original'
)
WHERE times <> 1 OR is_first <> comes_in
    OR payee_role IS DISTINCT FROM CASE WHEN is_first THEN 'input' ELSE 'output' END
    OR payer_role IS DISTINCT FROM CASE WHEN is_first THEN NULL ELSE 'input' END;

-- there is a payment for each input, and for each pair of an input and an output
SELECT c.case_id, inputs, outputs, payments FROM (
    SELECT case_id, count(*) FILTER (role = 'input') AS inputs,
        count(*) FILTER (role = 'output') AS outputs
    FROM part WHERE entity = 'account' GROUP BY case_id
) AS c LEFT JOIN (
    SELECT case_id, count(*) AS payments FROM paid WHERE leg = 'original' GROUP BY case_id
) USING (case_id)
WHERE inputs + inputs * outputs IS DISTINCT FROM payments;

-- an input pays on what it was paid, and later
SELECT p.case_id, p.payment_id, p.time, b.time AS received FROM paid AS p
JOIN paid AS b ON b.payment_id = p.follows_payment_id
WHERE p.leg = 'original' AND (b.case_id <> p.case_id OR p.time <= b.time
    OR coalesce(p.counterparty_account_id, p.debtor_account_id) <> b.creditor_account_id);

-- nothing is declined, and each receipt is paid on to the cent, less what may be kept
SELECT b.case_id, b.payment_id, b.status, b.amount_minor, sum(p.amount_minor) AS paid_on
FROM paid AS b
JOIN part AS m ON m.case_id = b.case_id AND m.entity = 'account'
    AND m.entity_id = b.creditor_account_id
LEFT JOIN paid AS p ON p.follows_payment_id = b.payment_id AND p.leg = 'original'
WHERE b.leg = 'original'
GROUP BY b.case_id, b.payment_id, b.status, b.amount_minor, b.is_fraud, m.role
HAVING b.status <> 'booked' OR sum(p.amount_minor) > b.amount_minor
    OR (m.role <> 'output' AND coalesce(sum(p.amount_minor + 1), 0) <
        (1 - CASE WHEN b.is_fraud THEN kept('keeps')
            ELSE kept('margin') END)
        * b.amount_minor);

-- it takes no more days than declared
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
WHERE leg = 'original'
GROUP BY case_id HAVING max(time) - min(time) > to_days(declared('days')::INTEGER);
