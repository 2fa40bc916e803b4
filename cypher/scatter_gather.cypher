// Scatter-gather: a sum goes to one other through many
// Looks for: an account that pays several people it hardly ever pays, each of whom pays nearly all
//   of it to one and the same account, which the first never pays, within few hours.
// Misses: hands that keep more than the fee, or wait longer than the window.
// Look-alike: a refund for a cancelled trip that is shared out, and paid by all to the one who books
//   the next: it takes days.
WITH {minHands: 3, hours: 36, paymentsOfPair: 2, minAmount: 50, leastShare: 0.8, mostShare: 1.0} AS p
MATCH (b:Internal)<-[:BENEFITS_TO]-(t:Transaction) WHERE t.type = 'FASTER_PAYMENT'
MATCH (a:Internal)-[:PERFORMS]->(t)
WITH p, a, b, collect(t) AS paid
WHERE size(paid) <= p.paymentsOfPair AND all(t IN paid WHERE t.amount >= p.minAmount)
UNWIND paid AS t
WITH p, [{hand: a, other: b, into: false, at: t.date.epochMillis, amount: t.amount},
  {hand: b, other: a, into: true, at: t.date.epochMillis, amount: t.amount}] AS sides
UNWIND sides AS x
WITH p, x.hand AS hand, collect(x) AS paid
UNWIND [x IN paid WHERE x.into] AS got
UNWIND [x IN paid WHERE NOT x.into AND x.at > got.at AND x.at <= got.at + p.hours * 3600000
  AND x.amount >= p.leastShare * got.amount AND x.amount <= p.mostShare * got.amount
  AND x.other <> got.other] AS sent
WITH p, got.other AS source, sent.other AS beneficiary, collect(DISTINCT hand) AS hands,
  sum(got.amount) AS total, min(got.at) AS began, max(sent.at) AS ended
WHERE size(hands) >= p.minHands AND ended <= began + p.hours * 3600000
WITH source, beneficiary, hands, total, began, ended, [source, beneficiary] + hands AS accounts
RETURN [x IN accounts | x.accountNumber] + COLLECT {
    UNWIND accounts AS x MATCH (x)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer)
    RETURN DISTINCT c.customerId } AS entities,
  source.accountNumber AS source, beneficiary.accountNumber AS beneficiary,
  size(hands) AS hands, round(total, 2) AS total, datetime({epochMillis: began}) AS began,
  datetime({epochMillis: ended}) AS ended
ORDER BY hands DESC, source;
