"""Assets for Kibana, made from the mapping and the rules: saved objects, rules, transforms."""
