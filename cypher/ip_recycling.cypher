// IP recycling: many accounts worked through a few addresses, one after the other
// Looks for: addresses of homes, carriers and hosts at which, for some days only, many customers
//   appear, and then many of these together at another address.
// Misses: rings of few accounts, and those that move slowly from address to address.
// Look-alike: a dormitory or a block of flats whose line changes: as many people, as changing, behind
//   lines of the same kinds. Offices and public networks are left out. Whether people have something
//   else in common is for who reads the alert to see.
WITH {minCustomers: 6, minAddresses: 3, days: 16, minSessions: 2, maxSessions: 5000} AS p
MATCH (ip:IP)
WITH p, ip, COUNT { (ip)<-[:USES_IP]-() } AS sessions
WHERE sessions >= p.minCustomers * p.minSessions AND sessions <= p.maxSessions
MATCH (ip)<-[:USES_IP]-(s:Session)<-[:HAS_SESSION]-(c:Customer)
WITH p, ip, c, count(s) AS sessions, min(s.createdAt) AS first, max(s.createdAt) AS last
WHERE sessions >= p.minSessions AND last <= first + duration({days: p.days})
WITH p, ip, collect(c) AS customers, min(first) AS began, max(last) AS ended
WHERE size(customers) >= p.minCustomers
UNWIND customers AS c
WITH p, c, collect(ip) AS ips WHERE size(ips) >= 2
UNWIND ips AS ip UNWIND ips AS other
WITH p, ip, other, collect(c) AS together WHERE ip <> other AND size(together) >= p.minCustomers
WITH p, collect({a: ip, b: other, customers: together}) AS pairs
// addresses between which people moved hang together: rounds of one step each
UNWIND COLLECT { UNWIND pairs AS x RETURN DISTINCT x.a } AS start
WITH p, pairs, reduce(reached = [start], step IN range(1, 12) | reached + [x IN pairs
  WHERE x.a IN reached AND NOT x.b IN reached | x.b]) AS some
WITH DISTINCT p, pairs, COLLECT { UNWIND some AS x WITH x ORDER BY x.ipAddress
  RETURN DISTINCT x } AS ips
WHERE size(ips) >= p.minAddresses
  AND none(x IN ips WHERE x.kind IN ['office', 'public'])
WITH ips, COLLECT { UNWIND pairs AS x WITH x WHERE x.a IN ips UNWIND x.customers AS c
  RETURN DISTINCT c } AS customers
RETURN [x IN ips | x.ipAddress] + [x IN customers | x.customerId] + COLLECT {
    UNWIND customers AS c MATCH (c)-[:HAS_ACCOUNT {role: 'owner'}]->(a:Internal)
    WHERE a.accountType = 'CURRENT' RETURN DISTINCT a.accountNumber } AS entities,
  [x IN ips | x.ipAddress] AS addresses, [x IN ips | x.kind] AS kinds,
  size(customers) AS customers
ORDER BY customers DESC, addresses;
