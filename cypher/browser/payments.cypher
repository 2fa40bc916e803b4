// Payments: from account to account, over a node of its own
// Shows: some payments between customers: an account performs a transaction, and another benefits.
MATCH path = (:Internal)-[:PERFORMS]->(:Transaction)-[:BENEFITS_TO]->(:Internal)
RETURN path LIMIT 25;
