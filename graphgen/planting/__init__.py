"""Planting: what several patterns share, on grids of cases and their people, payments or hops.

Who takes part (`flow`, `means`, `mules`, `hubs`, `rings`, `acquaintances`, `hands`, `payees`), from
where they bank (`access`, `devices`, `addresses`, `fragments`), how money goes on (`hops`,
`onward`, `through`, `relay`, `chains`, `circles`, `layers`, `timing`, `instalments`), what they do
with cards, cheques and cash (`credit`, `unpaid`, `spree`, `drawers`, `redrawn`, `cheques`,
`rounds`, `round_about`, `deposits`), and in the market (`desk`, `market`, `manipulation`,
`rally`, `funding`, `surprise`).
"""
