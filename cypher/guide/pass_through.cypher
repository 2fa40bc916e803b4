// Pass-through: what comes in from several goes out within a day
// Looks for: accounts of customers that in the last 30 days were paid by several others and sent about as
//   much on, each sum within 24 hours of one that came in.
// Misses: mules who wait; what is older than 30 days.
// Look-alike: the head of a small agency, an account through which a household pays.
WITH {days: 30, hours: 24, minSources: 3, leastShare: 0.8, mostShare: 1.1,
  minAmount: 50} AS p
MATCH (m:Internal)<-[:BENEFITS_TO]-(ti:Transaction)
WHERE ti.date >= datetime() - duration({days: p.days}) AND ti.amount >= p.minAmount
MATCH (s:Internal)-[:PERFORMS]->(ti)
WITH p, m, collect({source: s, t: ti}) AS received, count(DISTINCT s) AS sources
WHERE sources >= p.minSources
UNWIND received AS got
MATCH (m)-[:PERFORMS]->(to:Transaction)
WHERE to.amount >= p.minAmount AND got.t.date < to.date
  AND to.date <= got.t.date + duration({hours: p.hours})
WITH p, m, collect(DISTINCT got.t) AS ins, collect(DISTINCT to) AS outs,
  collect(DISTINCT got.source) AS sources
WITH p, m, sources, reduce(x = 0.0, t IN ins | x + t.amount) AS cameIn,
  reduce(x = 0.0, t IN outs | x + t.amount) AS wentOut
WHERE size(sources) >= p.minSources AND wentOut >= p.leastShare * cameIn
  AND wentOut <= p.mostShare * cameIn
RETURN [m.accountNumber] + [s IN sources | s.accountNumber] AS entities,
  size(sources) AS sources, round(cameIn, 2) AS cameIn, round(wentOut, 2) AS wentOut
ORDER BY sources DESC, entities;
