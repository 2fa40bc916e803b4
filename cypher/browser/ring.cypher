// A ring: what an alert names, the payments and devices between, and the stock that it orders most
// Shows: the entities of the first line, and what joins them; the keys of any alert can stand there.
WITH ['A0000000001', 'U0000000001'] AS entities
UNWIND entities AS key
CALL (key) {
  MATCH (n:Account {accountNumber: key}) RETURN n
  UNION
  MATCH (n:Customer {customerId: key}) RETURN n
  UNION
  MATCH (n:Device {deviceId: key}) RETURN n
  UNION
  MATCH (n:IP {ipAddress: key}) RETURN n
}
WITH collect(DISTINCT n) AS ring
CALL (ring) {
  UNWIND ring AS n
  MATCH (n)-[:PLACES]->(:Order)-[:FOR_SECURITY]->(s)
  WITH s, count(DISTINCT n) AS who, count(*) AS orders ORDER BY who DESC, orders DESC LIMIT 1
  RETURN collect(s) AS stocks
}
UNWIND ring AS n
CALL (n, ring, stocks) {
  MATCH path = (n) RETURN path
  UNION
  MATCH path = (n)-[:HAS_ACCOUNT|USED_BY]->(m) WHERE m IN ring RETURN path
  UNION
  MATCH path = (n)-[:PERFORMS]->(:Transaction)-[:BENEFITS_TO]->(m) WHERE m IN ring
  RETURN path LIMIT 40
  UNION
  MATCH path = (n)-[:HAS_SESSION]->(:Session)-[:USES_IP]->(m) WHERE m IN ring
  RETURN path LIMIT 5
  UNION
  MATCH path = (n)-[:PLACES]->(:Order)-[:FOR_SECURITY]->(s) WHERE s IN stocks RETURN path LIMIT 12
}
RETURN path LIMIT 300;
