// Mule network: money runs through layers of recruited accounts, and out at the other end
// Looks for: an account that is paid from outside and within hours splits the sum among others, of
//   whom many pass on what they got as soon, draw it in cash or send it out; with all who are
//   reached so, and the devices that several of them use.
// Misses: networks whose accounts wait longer, or that are fed by people.
// Look-alike: workers among whom one shares the tips out: they keep them.
WITH {hours: 6, minMules: 3, minExits: 2, minAmount: 50, minIn: 500, paymentsOfPair: 6, leastShare: 0.1,
  mostShare: 1.02, passedOn: 0.6, leastPassing: 0.5, sharing: 3} AS p
MATCH (b:Internal)<-[:BENEFITS_TO]-(t:Transaction) WHERE t.type = 'FASTER_PAYMENT'
MATCH (a:Account)-[:PERFORMS]->(t)
WITH p, a, b, collect(t) AS paid
WHERE a:External OR (size(paid) <= p.paymentsOfPair AND all(t IN paid WHERE t.amount >= p.minAmount))
UNWIND paid AS t
WITH p, t, t.date.epochMillis AS at, t.amount AS amount,
  [{hand: a, other: b, into: false}, {hand: b, other: a, into: true}] AS sides
UNWIND sides AS x
WITH p, x.hand AS hand, collect({other: x.other, into: x.into, t: t, at: at, amount: amount}) AS paid
WHERE hand:Internal AND any(x IN paid WHERE NOT x.into)
// feeds: sums from outside that are split within hours
UNWIND [x IN paid WHERE x.into AND x.other:External AND x.amount >= p.minIn] AS feed
WITH p, hand, feed.t AS feed, [x IN paid WHERE NOT x.into AND x.at > feed.at
  AND x.at <= feed.at + p.hours * 3600000 AND x.amount < feed.amount] AS parts
WHERE size(parts) >= 2
  AND reduce(s = 0.0, x IN parts | s + x.amount) >= p.passedOn * feed.amount
// what is reached from there, hop by hop, each soon after the last and not larger
MATCH (feed)
  ((x:Transaction)-[:BENEFITS_TO]->(:Internal)-[:PERFORMS]->(y:Transaction)
    WHERE y.type = 'FASTER_PAYMENT' AND y.date > x.date
      AND y.date <= x.date + duration({hours: p.hours}) AND y.amount >= p.minAmount
      AND y.amount >= p.leastShare * x.amount AND y.amount <= p.mostShare * x.amount){1,6}
  (last:Transaction)-[:BENEFITS_TO]->(m:Internal)
WHERE m <> hand
WITH DISTINCT p, hand, m, last
// who passes it on: to people, in cash or out of the world
WITH p, hand, m, collect(COLLECT {
    MATCH (m)-[:PERFORMS]->(o:Transaction)-[:BENEFITS_TO]->(to:Account)
    WHERE o.date > last.date AND o.date <= last.date + duration({hours: 3 * p.hours})
      AND o.amount <= p.mostShare * last.amount AND o.type IN ['FASTER_PAYMENT', 'CASH']
    RETURN {share: o.amount / last.amount, out: to:External} }) AS sent
WITH p, hand, m,
  any(s IN sent WHERE reduce(r = 0.0, x IN s | r + x.share) >= p.passedOn) AS passes,
  any(s IN sent WHERE any(x IN s WHERE x.out AND x.share >= p.passedOn)) AS out
WITH p, hand, collect(m) AS mules, size([x IN collect(passes) WHERE x]) AS passing,
  size([x IN collect(out) WHERE x]) AS exits
WHERE size(mules) >= p.minMules AND passing >= p.leastPassing * size(mules) AND exits >= p.minExits
WITH p, [hand] + mules AS accounts, hand, passing
WITH p, accounts, hand, passing, COLLECT { UNWIND accounts AS a
  MATCH (a)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer) RETURN DISTINCT c } AS customers
WITH accounts, hand, passing, customers, COLLECT { UNWIND customers AS c
  MATCH (d:Device)-[:USED_BY]->(c) WITH p, d, count(c) AS users WHERE users >= p.sharing
  RETURN d.deviceId } AS devices
RETURN [x IN accounts | x.accountNumber] + [x IN customers | x.customerId] + devices AS entities,
  hand.accountNumber AS collector, size(accounts) - 1 AS mules, passing, devices
ORDER BY mules DESC, collector;
