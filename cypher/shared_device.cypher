// Shared device: one person works many people's accounts from one device
// Looks for: a device that several people first use within few days, of whom several then pay one
//   and the same of them; devices of the same people are one alert.
// Misses: herders who gather the money elsewhere, or do not gather it at all.
// Look-alike: a family's tablet or a shop's kiosk: as many people bank from it, but do not all pay
//   one of them. A farm's emulators look like several such devices at once.
WITH {minCustomers: 5, days: 10, minPayers: 3, paymentsOfPair: 3} AS p
MATCH (d:Device)-[u:USED_BY]->(c:Customer)
WITH p, d, c, u.firstUsed.epochMillis AS at ORDER BY at
WITH p, d, collect({customer: c, at: at}) AS users WHERE size(users) >= p.minCustomers
UNWIND range(0, size(users) - p.minCustomers) AS first
WITH p, d, [x IN users[first..] WHERE x.at <= users[first].at + p.days * 86400000] AS seen
WHERE size(seen) >= p.minCustomers
WITH p, d, seen ORDER BY size(seen) DESC
WITH p, d, collect(seen)[0] AS seen
WITH p, d, [x IN seen | x.customer] AS customers, seen[0].at AS began
WITH p, d, customers, began, COLLECT {
  UNWIND customers AS x MATCH (x)-[:HAS_ACCOUNT {role: 'owner'}]->(b:Internal) RETURN b } AS theirs
UNWIND customers AS c
MATCH (c)-[:HAS_ACCOUNT {role: 'owner'}]->(a:Internal)-[:PERFORMS]->(t:Transaction)
WHERE t.type = 'FASTER_PAYMENT' AND t.date >= datetime({epochMillis: began})
  AND t.date <= datetime({epochMillis: began}) + duration({days: 2 * p.days})
MATCH (t)-[:BENEFITS_TO]->(b) WHERE b IN theirs AND a <> b
WITH p, d, customers, began, a, b, c, collect(t) AS paid WHERE size(paid) <= p.paymentsOfPair
WITH p, d, customers, began, b, collect(DISTINCT a) AS payers, count(DISTINCT c) AS paying,
  reduce(s = 0.0, x IN collect(reduce(r = 0.0, t IN paid | r + t.amount)) | s + x) AS total
WHERE paying >= p.minPayers
WITH d, customers, began, b, payers, total ORDER BY size(payers) DESC
WITH d, customers, began, collect({collector: b, payers: payers, total: total})[0] AS best
// devices whose people pay the same collector belong together
WITH best.collector AS collector, collect(d) AS devices, collect(customers) AS groups,
  collect(best.payers) AS payers, max(best.total) AS total, min(began) AS began
WITH collector, devices, total, began,
  COLLECT { UNWIND groups AS g UNWIND g AS c RETURN DISTINCT c } AS customers,
  COLLECT { UNWIND payers AS g UNWIND g AS a RETURN DISTINCT a } AS payers
RETURN [x IN devices | x.deviceId] + [x IN customers | x.customerId]
    + [x IN payers + [collector] | x.accountNumber] AS entities,
  [x IN devices | x.deviceId] AS devices, size(customers) AS customers,
  collector.accountNumber AS collector, size(payers) AS payers, round(total, 2) AS total,
  datetime({epochMillis: began}) AS began
ORDER BY customers DESC, collector;
