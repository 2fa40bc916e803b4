// Random walk: money wanders from person to person, and does not return
// Looks for: chains of three transfers or more, each between two who hardly ever pay each other, each
//   soon after the last and a little smaller, over accounts that are all different.
// Misses: chains whose links wait longer, split the sum, or keep a large part of it.
// Look-alike: money that is forwarded for ordinary reasons, as by who is paid back what a friend
//   owed and pays back another friend: it waits for hours or days.
WITH {minHops: 3, hours: 4, paymentsOfPair: 2, minAmount: 30, leastShare: 0.85, mostShare: 1.0} AS p
MATCH (b:Internal)<-[:BENEFITS_TO]-(t:Transaction) WHERE t.type = 'FASTER_PAYMENT'
MATCH (a:Internal)-[:PERFORMS]->(t)
WITH p, a, b, collect(t) AS paid
WHERE size(paid) <= p.paymentsOfPair AND all(t IN paid WHERE t.amount >= p.minAmount)
UNWIND paid AS t
WITH p, [{hand: a, other: b, t: t, into: false}, {hand: b, other: a, t: t, into: true}] AS sides
UNWIND sides AS x
WITH p, x.hand AS hand, collect({other: x.other, t: x.t, into: x.into, at: x.t.date.epochMillis,
  amount: x.t.amount}) AS paid
UNWIND [x IN paid WHERE x.into] AS got
UNWIND [x IN paid WHERE NOT x.into AND x.at > got.at AND x.at <= got.at + p.hours * 3600000
  AND x.amount >= p.leastShare * got.amount AND x.amount <= p.mostShare * got.amount
  AND x.other <> got.other] AS sent
WITH p, collect({got: got.t, sent: sent.t}) AS links
// a chain begins with what passes nothing on
UNWIND [x IN links WHERE NOT any(y IN links WHERE y.sent = x.got) | x.got] AS first
WITH DISTINCT p, first
MATCH path = (:Internal)-[:PERFORMS]->(first)
  ((x:Transaction)-[:BENEFITS_TO]->(:Internal)-[:PERFORMS]->(y:Transaction)
    WHERE y.type = 'FASTER_PAYMENT' AND y.date > x.date
      AND y.date <= x.date + duration({hours: p.hours})
      AND y.amount >= p.leastShare * x.amount AND y.amount <= p.mostShare * x.amount){2,14}
  (last:Transaction)-[:BENEFITS_TO]->(:Internal)
WITH p, first, last, [n IN nodes(path) WHERE n:Account] AS accounts
WHERE size(accounts) > p.minHops
  AND all(x IN accounts WHERE single(y IN accounts WHERE y = x))
WITH first, last, accounts ORDER BY size(accounts) DESC
WITH first, collect({last: last, accounts: accounts})[0] AS best
WITH first, best.last AS last, best.accounts AS accounts
RETURN [x IN accounts | x.accountNumber] + COLLECT {
    UNWIND accounts AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  accounts[0].accountNumber AS originator, accounts[-1].accountNumber AS beneficiary,
  size(accounts) - 1 AS hops, first.amount AS sent, last.amount AS arrived,
  first.date AS began, last.date AS ended
ORDER BY hops DESC, originator;
