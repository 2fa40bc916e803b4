-- a case has from two accounts to as many as declared, or as there are banks, each at a bank of its own
SELECT case_id, count(*) AS accounts, count(DISTINCT a.bank_id) AS banks
FROM part JOIN account AS a ON a.account_id = entity_id
WHERE entity = 'account'
GROUP BY case_id
HAVING count(*) <> count(DISTINCT a.bank_id)
    OR count(*) NOT BETWEEN 2 AND least(declared('banks'), (SELECT count(*) FROM bank));

-- one person has all the accounts of a case
SELECT m.case_id, m.entity_id AS account_id FROM part AS m
WHERE m.entity = 'account' AND NOT EXISTS (
    SELECT 1 FROM has_account AS h JOIN part AS u ON u.entity_id = h.user_id
    WHERE u.entity = 'user' AND u.case_id = m.case_id AND h.account_id = m.entity_id
);

-- cheques run between the accounts of the case
SELECT case_id, payment_id FROM paid
WHERE rail = 'cheque' AND leg = 'original' AND (
    (case_id, counterparty_account_id) NOT IN (SELECT (case_id, entity_id) FROM part)
    OR (case_id, creditor_account_id) NOT IN (SELECT (case_id, entity_id) FROM part)
);

-- every account's cheques in are as many as its cheques out: round and round
SELECT case_id, account_id, count(*) FILTER (ins) AS ins, count(*) FILTER (NOT ins) AS outs FROM (
    SELECT case_id, creditor_account_id AS account_id, true AS ins FROM paid
    WHERE rail = 'cheque' AND leg = 'original'
    UNION ALL
    SELECT case_id, counterparty_account_id, false FROM paid
    WHERE rail = 'cheque' AND leg = 'original'
)
GROUP BY ALL HAVING ins <> outs;

-- a kiter's cheques in are about equal to the cheques out, by account
SELECT case_id, account_id, sum(amount_minor) FILTER (ins) AS paid_in, sum(amount_minor) FILTER (NOT ins) AS paid_out
FROM (
    SELECT case_id, creditor_account_id AS account_id, true AS ins, amount_minor FROM paid
    WHERE rail = 'cheque' AND leg = 'original' AND is_fraud
    UNION ALL
    SELECT case_id, counterparty_account_id, false, amount_minor FROM paid
    WHERE rail = 'cheque' AND leg = 'original' AND is_fraud
)
GROUP BY ALL HAVING paid_in NOT BETWEEN 0.8 * paid_out AND 1.25 * paid_out;

-- a case ends in cash, drawn from its accounts after the last cheque, which an honest owner pays in again later
SELECT p.case_id, p.payment_id FROM paid AS p
LEFT JOIN bank AS v ON v.vault_account_id = p.debtor_account_id
WHERE p.rail = 'cash' AND (
    (p.case_id, CASE WHEN NOT p.is_fraud AND v.bank_id IS NOT NULL THEN p.creditor_account_id
        ELSE p.debtor_account_id END) NOT IN (SELECT (case_id, entity_id) FROM part)
    OR p.time < (SELECT max(c.time) FROM paid AS c
        WHERE c.case_id = p.case_id AND c.rail = 'cheque' AND c.leg = 'original')
);

-- who moves their own money has it: no cheque of a look-alike is for more than its account held at the start
SELECT case_id, payment_id, amount_minor, opening_balance_minor FROM paid
JOIN account ON account_id = counterparty_account_id
WHERE NOT is_fraud AND rail = 'cheque' AND leg = 'original' AND amount_minor > opening_balance_minor + 500;

-- the cheques of a case go on for no more days than declared
SELECT case_id, count(DISTINCT time::DATE) AS days FROM paid
WHERE rail = 'cheque' AND leg = 'original'
GROUP BY case_id HAVING count(DISTINCT time::DATE) > declared('days') + 1;

-- of a crime's cheques, once all are due, one at least has bounced
SELECT case_id FROM (
    SELECT case_id, payment_id FROM paid WHERE is_fraud AND rail = 'cheque' AND leg = 'original'
)
LEFT JOIN (
    SELECT original_payment_id AS payment_id, status FROM paid WHERE leg = 'settlement'
) USING (payment_id)
GROUP BY case_id HAVING bool_and(coalesce(status = 'booked', false));

-- a cheque is due one or two business days after it was paid in: no settlement comes sooner than the next day, or later than six days
SELECT s.case_id, s.payment_id FROM paid AS s JOIN paid AS o ON o.payment_id = s.original_payment_id
WHERE s.leg = 'settlement' AND (s.time::DATE <= o.time::DATE OR s.time::DATE > o.time::DATE + 6);

-- money in cash is drawn out of the vault of the bank whose account it is, and paid in there
SELECT p.case_id, p.payment_id FROM paid AS p
LEFT JOIN bank AS v ON v.vault_account_id IN (p.creditor_account_id, p.debtor_account_id)
LEFT JOIN account AS a ON a.account_id = CASE v.vault_account_id
    WHEN p.creditor_account_id THEN p.debtor_account_id ELSE p.creditor_account_id END
WHERE p.rail = 'cash' AND coalesce(v.bank_id <> a.bank_id, true);

-- what is paid is paid by cheque, or drawn in cash
SELECT case_id, payment_id, rail FROM paid WHERE leg = 'original' AND rail NOT IN ('cheque', 'cash');

-- a case has cheques, and a crime ends with cash that is drawn
SELECT c.case_id FROM cases AS c LEFT JOIN paid AS p ON p.case_id = c.case_id AND p.leg = 'original'
GROUP BY c.case_id, c.is_fraud
HAVING count(*) FILTER (p.rail = 'cheque') = 0 OR (c.is_fraud AND count(*) FILTER (p.rail = 'cash') = 0);

-- a kiter spends credit: in every case cash leaves an account with less than the cheques that are in clearing there, of which nothing has come, by the row and by what there was at the start and moved since
SELECT case_id, max(uncleared - greatest(left_over, opening_balance_minor + moved)) AS spent FROM (
    SELECT case_id, payment_id, debtor_account_id AS account_id, time, debtor_balance_minor AS left_over
    FROM paid WHERE is_fraud AND rail = 'cash' AND leg = 'original' AND status = 'booked'
) AS w
JOIN account USING (account_id)
JOIN (
    SELECT w.payment_id, sum(p.change) AS moved FROM paid AS w JOIN (
        SELECT debtor_account_id AS account_id, time, payment_id, -amount_minor AS change
        FROM payment WHERE status = 'booked'
        UNION ALL
        SELECT creditor_account_id, time, payment_id, amount_minor FROM payment WHERE status = 'booked'
    ) AS p ON p.account_id = w.debtor_account_id AND (p.time, p.payment_id) <= (w.time, w.payment_id)
    WHERE w.is_fraud AND w.rail = 'cash' AND w.leg = 'original'
    GROUP BY ALL
) USING (payment_id)
LEFT JOIN (
    SELECT w.payment_id, sum(o.amount_minor) AS uncleared FROM paid AS w
    JOIN paid AS o ON o.case_id = w.case_id AND o.creditor_account_id = w.debtor_account_id
        AND o.rail = 'cheque' AND o.leg = 'original' AND o.time < w.time
    LEFT JOIN paid AS s ON s.original_payment_id = o.payment_id AND s.leg = 'settlement'
    WHERE w.rail = 'cash' AND w.leg = 'original' AND coalesce(s.time > w.time, true)
    GROUP BY ALL
) USING (payment_id)
GROUP BY case_id HAVING coalesce(spent, 0) <= 0;

-- and what a kiter draws in cash is the better part of what at least half of the accounts then show
SELECT case_id, count(*) AS accounts, count(*) FILTER (drawn > left_over) AS emptied FROM (
    SELECT case_id, debtor_account_id, sum(amount_minor) AS drawn,
        arg_max(debtor_balance_minor, time) AS left_over
    FROM paid WHERE is_fraud AND rail = 'cash' AND leg = 'original' AND status = 'booked'
    GROUP BY ALL
)
GROUP BY case_id HAVING emptied < accounts / 2;

-- a kiter's sums grow from round to round as declared, but for a hundredth, and for what rounding takes or adds
SELECT case_id, count(*) AS accounts, sum(first) AS first, sum(last) AS last, max(more) AS more FROM (
    SELECT case_id, counterparty_account_id, arg_min(amount_minor, time) AS first,
        arg_max(amount_minor, time) AS last, (1 + declared('growth')) ** (count(*) - 1) AS more
    FROM paid WHERE is_fraud AND rail = 'cheque' AND leg = 'original'
    GROUP BY ALL
)
GROUP BY case_id
HAVING abs(sum(last) - sum(first * more)) > 0.015 * sum(first * more) + 250 * sum(1 + more);

-- and where all of a crime's cheques are due, one at least comes back after its payer's account was drawn in cash
SELECT case_id FROM (
    SELECT o.case_id, s.status, s.time > w.drawn AS is_late FROM paid AS o
    LEFT JOIN paid AS s ON s.original_payment_id = o.payment_id AND s.leg = 'settlement'
    LEFT JOIN (
        SELECT case_id, debtor_account_id, max(time) AS drawn FROM paid
        WHERE rail = 'cash' AND leg = 'original' AND status = 'booked' GROUP BY ALL
    ) AS w ON w.case_id = o.case_id AND w.debtor_account_id = o.counterparty_account_id
    WHERE o.is_fraud AND o.rail = 'cheque' AND o.leg = 'original'
)
GROUP BY case_id
HAVING count(*) = count(status) AND NOT bool_or(status = 'declined' AND coalesce(is_late, false));

-- what a bank had to pay back for the cheques of somebody who moves their own money it has again, or all that has been paid in for it
SELECT o.case_id, b.account_id, any_value(paid_in) AS paid_in,
    sum(l.amount_minor) FILTER (l.leg = 'return') AS lost,
    sum(l.amount_minor) FILTER (l.leg = 'recovery') AS recovered
FROM paid AS o
JOIN paid AS s ON s.original_payment_id = o.payment_id AND s.leg = 'settlement'
JOIN (
    SELECT case_id, creditor_account_id AS account_id, max(time) AS paid_in_at,
        sum(amount_minor) AS paid_in FROM paid
    WHERE NOT is_fraud AND rail = 'cash' AND debtor_account_id IN (SELECT vault_account_id FROM bank)
    GROUP BY ALL
) AS b ON b.case_id = o.case_id AND b.account_id = o.creditor_account_id AND s.time < b.paid_in_at
JOIN paid AS l ON l.original_payment_id = o.payment_id
    AND CASE l.leg WHEN 'recovery' THEN l.debtor_account_id = b.account_id
        WHEN 'return' THEN l.debtor_account_id <> b.account_id END
WHERE o.rail = 'cheque' AND o.leg = 'original'
GROUP BY o.case_id, b.account_id
HAVING coalesce(recovered, 0) > coalesce(lost, 0)
    OR coalesce(recovered, 0) < least(coalesce(lost, 0), any_value(paid_in));
