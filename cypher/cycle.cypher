// Cycle: money goes round through several hands and comes back to where it began
// Looks for: a payment that is passed on, less a small part, hop after hop and soon, over accounts
//   that are all different, and comes back to who made it; among people who hardly ever pay each
//   other, or among firms.
// Misses: rounds that take longer, or of which a large part stays; sums that are split on the way.
// Look-alike: a savings circle of friends, or firms that supply each other: their pot takes weeks.
WITH {hours: 48, totalHours: 96, minAmount: 50, leastShare: 0.85, mostShare: 1.0,
  leastBack: 0.5, paymentsOfPair: 2, types: ['FASTER_PAYMENT', 'ACH']} AS p
MATCH (a:Account) WHERE a:Internal OR a.accountType = 'BUSINESS'
MATCH (a)-[:PERFORMS]->(t:Transaction)
WHERE t.type IN p.types AND t.amount >= p.minAmount AND coalesce(t.message, 'SUPP') = 'SUPP'
MATCH (t)-[:BENEFITS_TO]->(b:Account) WHERE b:Internal OR b.accountType = 'BUSINESS'
WITH p, a, b, collect(t) AS ts WHERE size(ts) <= p.paymentsOfPair
UNWIND ts AS t
WITH p, [{hand: a, t: t, into: false}, {hand: b, t: t, into: true}] AS sides
UNWIND sides AS x
WITH p, x.hand AS hand, collect({t: x.t, into: x.into, at: x.t.date.epochMillis,
  amount: x.t.amount}) AS paid
// who pays a sum and is paid nearly as much soon after may have begun a round
UNWIND [x IN paid WHERE NOT x.into] AS sent
UNWIND [x IN paid WHERE x.into AND x.at > sent.at AND x.at <= sent.at + p.totalHours * 3600000
  AND x.amount >= p.leastBack * sent.amount AND x.amount <= p.mostShare * sent.amount] AS back
WITH p, hand AS origin, sent.t AS first, back.t AS last
MATCH path = (first)
  ((x:Transaction)-[:BENEFITS_TO]->(:Account)-[:PERFORMS]->(y:Transaction)
    WHERE y.type IN p.types AND y.date > x.date
      AND y.date <= last.date AND y.date <= x.date + duration({hours: p.hours})
      AND y.amount >= p.leastShare * x.amount AND y.amount <= p.mostShare * x.amount
      AND y.amount >= last.amount){1,7}
  (last)
WITH first, last, origin, [origin] + [n IN nodes(path) WHERE n:Account] AS accounts
WHERE size(accounts) = size([n IN accounts WHERE single(m IN accounts WHERE m = n)])
WITH first, last, origin, accounts ORDER BY size(accounts) DESC
WITH first, last, origin, collect(accounts)[0] AS accounts
RETURN [x IN accounts | x.accountNumber] + COLLECT {
    UNWIND accounts AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  origin.accountNumber AS origin, size(accounts) AS accounts, first.amount AS sent,
  last.amount AS cameBack, first.date AS began, last.date AS ended
ORDER BY sent DESC, origin;
