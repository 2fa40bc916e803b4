// The truth: what was planted, by pattern
// Shows: how many cases of each pattern were planted: crimes, and honest look-alikes. It finds nothing
//   in a graph that was loaded with --blind, or after `graphgen neo4j truth remove`.
MATCH (g:GroundTruth)
RETURN g.pattern AS pattern, g.kind AS kind, count(*) AS cases, round(sum(g.loss), 2) AS loss
ORDER BY pattern, kind;
