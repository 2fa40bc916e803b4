// Transaction ring: money that comes back within the last 30 days
// Looks for: a payment of the last 30 days that is passed on by accounts that are all different, each
//   hop later than the last and of 80 to 100 % of it, and comes back to who made it.
// Misses: what is older: a world that shall be found has to end now (--end now); rounds through
//   accounts at other banks.
// Look-alike: friends or firms whose payments go round at leisure.
// The published query divides the earlier sum by the later one, which finds nothing where sums are
// not whole numbers: here the later is divided by the earlier.
WITH {days: 30, hopDays: 3, leastShare: 0.8, mostShare: 1.0, minAmount: 200} AS p
MATCH (first_tx:Transaction)-[:BENEFITS_TO]->(next:Internal)
WHERE first_tx.date >= datetime() - duration({days: p.days}) AND first_tx.amount >= p.minAmount
MATCH (a:Internal)-[:PERFORMS]->(first_tx)
WHERE a <> next AND EXISTS {
  MATCH (a)<-[:BENEFITS_TO]-(back:Transaction)
  WHERE back.date > first_tx.date AND back.date <= first_tx.date + duration({days: 5 * p.hopDays})
    AND back.amount <= first_tx.amount AND back.amount >= 0.3 * first_tx.amount }
MATCH path = (first_tx)
  ((tx_i:Transaction)-[:BENEFITS_TO]->(a_i:Internal)-[:PERFORMS]->(tx_j:Transaction)
    WHERE tx_i.date < tx_j.date AND tx_j.date <= tx_i.date + duration({days: p.hopDays})
      AND p.leastShare <= tx_j.amount / tx_i.amount
      AND tx_j.amount / tx_i.amount <= p.mostShare){1,5}
  (last_tx:Transaction)-[:BENEFITS_TO]->(a)
WITH path, [a] + a_i AS accounts
WHERE all(x IN accounts WHERE single(y IN accounts WHERE y = x))
RETURN [x IN accounts | x.accountNumber] AS entities,
  [n IN nodes(path) WHERE n:Transaction | n.amount] AS amounts, path
LIMIT 100;
