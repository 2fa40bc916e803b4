// Gather-scatter: many pay a hub, and the hub pays it on to many others
// Looks for: an account that several people who hardly ever pay it pay, and that then pays nearly
//   all of it to several others it hardly ever pays, all within few hours.
// Misses: hubs that take longer than the window, keep a large part, or serve people they know.
// Look-alike: the head of a small agency, whom clients pay and who pays those who did the work: it
//   takes days, and a part stays.
WITH {minSenders: 3, minReceivers: 3, hours: 48, paymentsOfPair: 2, minAmount: 50,
  leastShare: 0.8, mostShare: 1.02} AS p
MATCH (b:Internal)<-[:BENEFITS_TO]-(t:Transaction) WHERE t.type = 'FASTER_PAYMENT'
MATCH (a:Internal)-[:PERFORMS]->(t)
WITH p, a, b, collect(t) AS paid
WHERE size(paid) <= p.paymentsOfPair AND all(t IN paid WHERE t.amount >= p.minAmount)
UNWIND paid AS t
WITH p, [{hub: a, other: b, into: false, at: t.date.epochMillis, amount: t.amount},
  {hub: b, other: a, into: true, at: t.date.epochMillis, amount: t.amount}] AS sides
UNWIND sides AS x
WITH p, x ORDER BY x.at
WITH p, x.hub AS hub, collect(x) AS paid
WITH p, hub, paid, [x IN paid WHERE x.into] AS ins
WHERE size(ins) >= p.minSenders AND size(paid) - size(ins) >= p.minReceivers
UNWIND ins AS first
WITH p, hub, first, [x IN paid WHERE x.at >= first.at AND x.at <= first.at + p.hours * 3600000]
  AS seen
WITH p, hub, first, [x IN seen WHERE x.into] AS ins, [x IN seen WHERE NOT x.into] AS outs
WHERE size(ins) >= p.minSenders AND size(outs) >= p.minReceivers
WITH p, hub, ins, [x IN outs WHERE x.at > ins[p.minSenders - 1].at] AS outs
WITH p, hub, ins, outs, COLLECT { UNWIND ins AS x RETURN DISTINCT x.other } AS senders,
  COLLECT { UNWIND outs AS x RETURN DISTINCT x.other } AS receivers,
  reduce(s = 0.0, x IN ins | s + x.amount) AS total,
  reduce(s = 0.0, x IN outs | s + x.amount) AS sent
WHERE size(senders) >= p.minSenders AND size(receivers) >= p.minReceivers
  AND sent >= p.leastShare * total AND sent <= p.mostShare * total
WITH hub, senders, receivers, total, sent, ins[0].at AS began
ORDER BY size(senders) + size(receivers) DESC
WITH hub, collect({senders: senders, receivers: receivers, total: total, sent: sent, at: began})[0]
  AS best
WITH hub, best, [hub] + best.senders + [x IN best.receivers WHERE NOT x IN best.senders]
  AS accounts
RETURN [x IN accounts | x.accountNumber] + COLLECT {
    UNWIND accounts AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  hub.accountNumber AS hub, size(best.senders) AS senders, size(best.receivers) AS receivers,
  round(best.total, 2) AS cameIn, round(best.sent, 2) AS wentOut,
  datetime({epochMillis: best.at}) AS began
ORDER BY senders DESC, hub;
