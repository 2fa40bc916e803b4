-- as many accounts are on a cycle as declared, of people or of firms, one of each
SELECT case_id, accounts, different, types, people FROM (
    SELECT case_id, difficulty, count(type) AS accounts, count(DISTINCT account_id) AS different,
        count(DISTINCT entity_id) FILTER (entity = 'user') AS people, min(type) AS type,
        count(DISTINCT type) FILTER (type IN ('checking', 'business')) AS types,
        count(*) FILTER (type NOT IN ('checking', 'business')) AS others
    FROM part LEFT JOIN account ON entity = 'account' AND account_id = entity_id GROUP BY ALL
)
WHERE accounts <> different OR types <> 1 OR others > 0
    OR people NOT BETWEEN CASE type WHEN 'checking' THEN accounts ELSE 0 END AND accounts OR accounts < declared('fewest')
    OR accounts > declared('most') * CASE difficulty WHEN 'hard' THEN 2 ELSE 1 END;

-- the people of a case are those who own one of its accounts, in the same part; only a firm's may be nobody's
SELECT case_id, entity, entity_id, role FROM misowned
UNION ALL
SELECT m.case_id, m.entity, m.entity_id, m.role FROM part AS m
JOIN account ON m.entity = 'account' AND account_id = m.entity_id
WHERE type = 'checking' AND NOT EXISTS (
    SELECT 1 FROM has_account AS h WHERE h.account_id = m.entity_id AND h.role = 'owner'
);

-- money comes in once, in cash or from outside, to the one origin
SELECT c.case_id, p.payment_id, p.debtor_account_id, p.creditor_account_id FROM cases AS c
LEFT JOIN paid AS p ON p.case_id = c.case_id AND p.leg = 'original'
    AND p.follows_payment_id IS NULL
LEFT JOIN account AS a ON a.account_id = coalesce(p.counterparty_account_id, p.debtor_account_id)
LEFT JOIN bank AS b ON b.vault_account_id = a.account_id
LEFT JOIN part AS m ON m.case_id = c.case_id AND m.entity = 'account' AND m.role = 'origin'
    AND m.entity_id = p.creditor_account_id
QUALIFY CASE p.rail WHEN 'cash' THEN b.bank_id IS NULL ELSE a.type IS DISTINCT FROM 'external' END
    OR m.case_id IS NULL OR count(*) OVER (PARTITION BY c.case_id) <> 1;

-- from then on who is paid pays the next, and later: every hop follows one of the case, and nothing
-- follows the same payment twice
SELECT p.case_id, p.payment_id, p.time, b.time AS received FROM paid AS p
JOIN paid AS b ON b.payment_id = p.follows_payment_id
WHERE p.leg = 'original'
QUALIFY b.case_id <> p.case_id OR p.time <= b.time
    OR coalesce(p.counterparty_account_id, p.debtor_account_id) <> b.creditor_account_id
    OR count(*) OVER (PARTITION BY p.follows_payment_id) <> 1;

-- it goes round: each account of the case pays once, all but the origin are paid once, and the
-- origin is paid twice, first when money comes in, at last by the last link
SELECT m.case_id, m.entity_id AS account_id, m.role, ins, outs, last_in, last_of_all FROM (
    SELECT m.case_id, m.entity_id, m.role,
        count(*) FILTER (p.creditor_account_id = m.entity_id) AS ins,
        count(*) FILTER (coalesce(p.counterparty_account_id, p.debtor_account_id) = m.entity_id)
            AS outs,
        max(p.time) FILTER (p.creditor_account_id = m.entity_id) AS last_in,
        max(p.time) AS last_of_all
    FROM part AS m JOIN paid AS p USING (case_id)
    WHERE m.entity = 'account' AND p.leg = 'original'
    GROUP BY ALL
) AS m
WHERE outs <> 1 OR ins <> CASE role WHEN 'origin' THEN 2 ELSE 1 END
    OR (role = 'origin') <> (last_in = last_of_all);

-- no hop is declined, and none brings more than the one before it, or less than that without what a
-- link may keep; of what comes in, any part goes round
SELECT p.case_id, p.payment_id, p.amount_minor, b.amount_minor AS received FROM paid AS p
LEFT JOIN paid AS b ON b.payment_id = p.follows_payment_id
WHERE p.leg = 'original' AND (p.status <> 'booked' OR p.amount_minor > b.amount_minor
    OR (b.follows_payment_id IS NOT NULL
        AND p.amount_minor < floor((1 - kept('keeps')) * b.amount_minor) - 1));

-- it takes no more days than declared
SELECT case_id, min(time) AS first, max(time) AS last FROM paid
WHERE leg = 'original'
GROUP BY case_id HAVING max(time) - min(time) > to_days(declared('days')::INTEGER);
