// What is here: how many relationships of which types
// Shows: how these things hang together; payments are nodes, so PERFORMS and BENEFITS_TO lead the
//   list.
MATCH ()-[r]->()
RETURN type(r) AS type, count(*) AS relationships
ORDER BY relationships DESC;
