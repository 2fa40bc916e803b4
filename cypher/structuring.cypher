// Structuring: cash just under the sum that a bank must report
// Looks for: accounts into which, within days, several sums of cash are paid that each are a few
//   per cent under the threshold, at more than one counter or machine, and out of which most of
//   what they come to then goes by one transfer.
// Misses: deposits that stay well below the threshold, or are spread over more days; what is spent
//   and not wired.
// Look-alike: a shop whose takings are below the threshold because they are what they are: they
//   vary more.
WITH {threshold: 10000, leastShare: 0.93, minDeposits: 3, days: 10, minTerminals: 2,
  wiredShare: 0.7, wiredWithinDays: 5} AS p
MATCH (t:Transaction)
WHERE t.amount >= p.leastShare * p.threshold AND t.amount <= p.threshold
WITH p, t WHERE t.type = 'CASH'
MATCH (t)-[:BENEFITS_TO]->(a:Internal|External)
WHERE EXISTS { (a)<-[:HAS_ACCOUNT]-() }
WITH p, a, t, t.date.epochMillis AS at ORDER BY at
WITH p, a, collect({at: at, amount: t.amount, terminal: t.terminal}) AS paid
WHERE size(paid) >= p.minDeposits
UNWIND range(0, size(paid) - p.minDeposits) AS first
WITH p, a, [x IN paid[first..] WHERE x.at <= paid[first].at + p.days * 86400000] AS seen
WHERE size(seen) >= p.minDeposits
  AND size(COLLECT { UNWIND seen AS x RETURN DISTINCT x.terminal }) >= p.minTerminals
WITH p, a, seen ORDER BY size(seen) DESC
WITH p, a, collect(seen)[0] AS seen
WITH p, a, seen, reduce(s = 0.0, x IN seen | s + x.amount) AS total,
  datetime({epochMillis: seen[0].at}) AS began, datetime({epochMillis: seen[-1].at}) AS ended
MATCH (a)-[:PERFORMS]->(wire:Transaction)-[:BENEFITS_TO]->(to:Account)
WHERE wire.date > ended AND wire.date <= ended + duration({days: p.wiredWithinDays})
  AND wire.amount >= p.wiredShare * total AND wire.amount <= 1.2 * total
WITH a, seen, total, began, ended, wire, to ORDER BY wire.amount DESC
WITH a, seen, total, began, ended, collect({wire: wire, to: to})[0] AS best
RETURN [a.accountNumber] + COLLECT {
    MATCH (a)<-[:HAS_ACCOUNT {role: 'owner'}]-(c:Customer) RETURN c.customerId } AS entities,
  a.accountNumber AS account, size(seen) AS deposits, total, best.wire.amount AS wired,
  best.to.accountNumber AS wiredTo, began, ended
ORDER BY deposits DESC, account;
