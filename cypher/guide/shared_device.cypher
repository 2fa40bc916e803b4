// Shared device: a device behind three customers or more
// Looks for: devices that several customers use, those with most first.
// Misses: herders who use a device for each account.
// Look-alike: a family's tablet, a shop's kiosk.
WITH {minCustomers: 3} AS p
MATCH (d:Device)-[:USED_BY]->(c:Customer)
WITH p, d, collect(DISTINCT c) AS customers WHERE size(customers) >= p.minCustomers
RETURN [d.deviceId] + [c IN customers | c.customerId] AS entities, size(customers) AS customers
ORDER BY customers DESC, entities;
