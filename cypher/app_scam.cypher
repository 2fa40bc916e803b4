// Authorised push payment scam: the victims pay themselves, and mules pass it on
// Looks for: somebody who pays new payees who pass nearly all of each receipt on at once, in one sum
//   or in cash, for most of what they receive from this payer.
// Misses: mules who split receipts, pool them, or wait.
// Look-alike: a private seller who pays a supplier out of what came in: less of it goes on, and not
//   of every receipt. Money that wanders (random_walk) has links that look like this too.
WITH {hours: 24, mostPayments: 12, minAmount: 30, leastShare: 0.88, mostShare: 0.99,
  leastPassed: 0.6} AS p
MATCH (m:Internal)<-[:BENEFITS_TO]-(t:Transaction) WHERE t.type = 'FASTER_PAYMENT'
MATCH (victim:Internal)-[:PERFORMS]->(t)
WITH p, victim, m, collect(t) AS paid
WHERE size(paid) <= p.mostPayments AND all(t IN paid WHERE t.amount >= p.minAmount)
UNWIND paid AS t
MATCH (m)-[:PERFORMS]->(o:Transaction)
WHERE o.date > t.date AND o.date <= t.date + duration({hours: p.hours})
  AND o.amount >= p.leastShare * t.amount AND o.amount <= p.mostShare * t.amount
  AND (o.type = 'FASTER_PAYMENT' OR o.type = 'CASH')
MATCH (o)-[:BENEFITS_TO]->(to:Account) WHERE to <> victim
WITH p, victim, m, paid, t, collect(to)[0] AS to
WITH p, victim, m, paid, collect(t) AS passed, collect(DISTINCT to) AS tos
WHERE size(passed) >= p.leastPassed * size(paid)
WITH victim, collect(m) AS mules, collect(tos) AS further,
  sum(reduce(s = 0.0, t IN paid | s + t.amount)) AS lost, sum(size(paid)) AS payments,
  min(paid[0].date) AS began
WITH victim, mules, lost, payments, began,
  COLLECT { UNWIND further AS f UNWIND f AS a WITH a WHERE a:Internal AND NOT a IN mules
    RETURN DISTINCT a } AS second
WITH *, [victim] + mules + second AS accounts
RETURN [x IN accounts | x.accountNumber] + COLLECT {
    UNWIND accounts AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  victim.accountNumber AS victim, [x IN mules | x.accountNumber] AS mules, payments,
  round(lost, 2) AS lost, began
ORDER BY lost DESC, victim;
