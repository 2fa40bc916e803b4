// Fan-in: many people pay one who has never been paid by them before
// Looks for: an account that several people, each of whom pays it for the first time and hardly
//   ever again, pay within few hours by instant transfer, while less than half of it goes on.
// Misses: rings that take longer than the window, or whose senders have paid the collector before;
//   collectors who are paid in cash or through firms.
// Look-alike: housemates who pay the one that pays the rent, or buyers at a private sale: they take
//   days or weeks, so that only a part of them falls into the window.
WITH {minSenders: 3, hours: 72, paymentsOfPair: 2, minAmount: 50, passedOn: 0.5} AS p
MATCH (b:Internal)<-[:BENEFITS_TO]-(t:Transaction) WHERE t.type = 'FASTER_PAYMENT'
MATCH (a:Internal)-[:PERFORMS]->(t)
WITH p, a, b, collect(t) AS paid
WHERE size(paid) <= p.paymentsOfPair AND all(t IN paid WHERE t.amount >= p.minAmount)
UNWIND paid AS t
WITH p, a, b, t, t.date.epochMillis AS at ORDER BY at
WITH p, b, collect({sender: a, at: at, amount: t.amount}) AS paid,
  count(DISTINCT a) AS senders
WHERE senders >= p.minSenders
UNWIND range(0, size(paid) - 1) AS first
WITH p, b, [x IN paid[first..] WHERE x.at <= paid[first].at + p.hours * 3600000] AS seen
WITH p, b, seen, size(COLLECT { UNWIND seen AS x RETURN DISTINCT x.sender }) AS senders
WHERE senders >= p.minSenders
WITH p, b, seen, senders ORDER BY senders DESC
WITH p, b, collect(seen)[0] AS seen
WITH p, b, seen, reduce(s = 0.0, x IN seen | s + x.amount) AS total
WITH p, b, seen, total, COLLECT {
  MATCH (b)-[:PERFORMS]->(o:Transaction)-[:BENEFITS_TO]->(:Internal)
  WHERE o.type = 'FASTER_PAYMENT'
    AND o.date >= datetime({epochMillis: seen[0].at})
    AND o.date <= datetime({epochMillis: seen[-1].at + p.hours * 3600000})
  RETURN o.amount } AS sent
WHERE reduce(s = 0.0, x IN sent | s + x) < p.passedOn * total
WITH b, seen, total, COLLECT { UNWIND seen AS x RETURN DISTINCT x.sender } AS senders
WITH b, seen, total, senders, [b] + senders AS accounts
RETURN [x IN accounts | x.accountNumber] + COLLECT {
    UNWIND accounts AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  b.accountNumber AS collector, size(senders) AS senders, round(total, 2) AS total,
  datetime({epochMillis: seen[0].at}) AS began, datetime({epochMillis: seen[-1].at}) AS ended
ORDER BY senders DESC, collector;
