// What is here: how many nodes of which labels
// Shows: every kind of thing in this graph, and how often it is there.
MATCH (n)
RETURN labels(n) AS labels, count(*) AS nodes
ORDER BY nodes DESC;
