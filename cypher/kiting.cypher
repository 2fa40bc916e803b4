// Cheque kiting: spending the credit that a bank gives before a cheque has cleared
// Looks for: customers who write cheques to themselves between accounts at different banks, in
//   sums that grow, until some come back.
// Misses: kites over accounts of several people, with sums that do not grow, or caught in time.
// Look-alike: who moves their own money round and fetches it too early: some cheques come back, but
//   the sums do not grow.
WITH {minCheques: 6, minBanks: 2, minReturned: 1, growth: 1.1} AS p
MATCH (c:Customer)-[:HAS_ACCOUNT]->(b:Internal)<-[:BENEFITS_TO]-(back:Transaction {type: 'CHEQUE'})
WHERE back.status = 'RETURNED'
WITH p, c, count(back) AS returned WHERE returned >= p.minReturned
MATCH (c)-[:HAS_ACCOUNT]->(a:Internal)-[:PERFORMS]->(t:Transaction {type: 'CHEQUE'})
  -[:BENEFITS_TO]->(b:Internal)<-[:HAS_ACCOUNT]-(c)
WHERE a <> b
WITH p, c, returned, a, b, t ORDER BY t.date
WITH p, c, returned, collect(t) AS cheques, collect(DISTINCT a) + collect(DISTINCT b) AS both
WHERE size(cheques) >= p.minCheques
WITH p, c, returned, cheques, COLLECT { UNWIND both AS x RETURN DISTINCT x } AS accounts
WITH p, c, returned, cheques, accounts, size(cheques) / 3 AS third, size(COLLECT {
    UNWIND accounts AS x MATCH (x)-[:KEPT_BY]->(bank) RETURN DISTINCT bank }) AS banks
WHERE banks >= p.minBanks
WITH *, reduce(s = 0.0, x IN cheques[..third] | s + x.amount) / third AS before,
  reduce(s = 0.0, x IN cheques[-third..] | s + x.amount) / third AS after
WHERE after >= p.growth * before
RETURN [c.customerId] + [x IN accounts | x.accountNumber] AS entities, c.customerId AS kiter,
  size(accounts) AS accounts, size(cheques) AS cheques, returned, round(before, 2) AS atFirst,
  round(after, 2) AS atLast, cheques[0].date AS began, cheques[-1].date AS ended
ORDER BY returned DESC, kiter;
