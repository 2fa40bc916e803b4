// Fan-out: a sum from elsewhere is split among many within hours
// Looks for: an account that is paid a sum by a firm or from elsewhere and, within hours, pays most
//   of it to several people it has hardly ever paid before or after.
// Misses: distributors who wait longer than the window, or are paid by people only.
// Look-alike: who is paid for a job done by several, and pays them their part: it takes days.
WITH {minReceivers: 3, hours: 24, paymentsOfPair: 2, minAmount: 50, leastShare: 0.6, mostShare: 1.1}
  AS p
MATCH (b:Internal)<-[:BENEFITS_TO]-(t:Transaction) WHERE t.type = 'FASTER_PAYMENT'
MATCH (a:Internal)-[:PERFORMS]->(t)
WITH p, a, b, collect(t) AS paid
WHERE size(paid) <= p.paymentsOfPair AND all(t IN paid WHERE t.amount >= p.minAmount)
UNWIND paid AS t
WITH p, a, b, t, t.date.epochMillis AS at ORDER BY at
WITH p, a, collect({receiver: b, at: at, amount: t.amount}) AS paid,
  count(DISTINCT b) AS receivers
WHERE receivers >= p.minReceivers
MATCH (:External)-[:PERFORMS]->(sum:Transaction)-[:BENEFITS_TO]->(a)
WHERE sum.amount >= p.minReceivers * p.minAmount
WITH p, a, sum, sum.date.epochMillis AS came, paid
WITH p, a, sum, [x IN paid WHERE x.at > came AND x.at <= came + p.hours * 3600000] AS seen
WITH a, sum, seen, p, reduce(s = 0.0, x IN seen | s + x.amount) / sum.amount AS share,
  COLLECT { UNWIND seen AS x RETURN DISTINCT x.receiver } AS receivers
WHERE size(receivers) >= p.minReceivers AND share >= p.leastShare AND share <= p.mostShare
WITH a, sum, receivers, share ORDER BY size(receivers) DESC, share DESC
WITH a, collect({sum: sum, receivers: receivers, share: share})[0] AS best
WITH a, best, [a] + best.receivers AS accounts
RETURN [x IN accounts | x.accountNumber] + COLLECT {
    UNWIND accounts AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  a.accountNumber AS distributor, size(best.receivers) AS receivers,
  best.sum.amount AS cameIn, round(best.share, 2) AS share, best.sum.date AS at
ORDER BY receivers DESC, distributor;
