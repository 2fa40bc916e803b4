"""Write the market of the region `us`: regions/us/securities.csv, 183 securities.

Run by hand: `python scripts/build_market_us.py`.

Each row is a security with an invented name, and a real one that it may have instead: the same
sector or kind of fund, so that both are one market. Sizes, prices, volatilities, turnover and
spreads are drawn, the larger firm the calmer and the more liquid; how far is our assumption, within
what `graphgen/market/prices.py` names as sources. Invented tickers have six letters: no American
exchange lists one as long.
"""

from __future__ import annotations

import csv
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path

US = Path(__file__).parent.parent / "graphgen" / "regions" / "us"
SEED = 103

STEMS = {
    "Information Technology": ["Systems", "Semiconductor", "Software", "Networks", "Robotics"],
    "Financials": ["Financial", "Bancorp", "Capital", "Assurance"],
    "Health Care": ["Therapeutics", "Biosciences", "Medical", "Pharma"],
    "Industrials": ["Industries", "Aerospace", "Logistics", "Machinery"],
    "Consumer Discretionary": ["Brands", "Motors", "Resorts", "Outfitters"],
    "Consumer Staples": ["Foods", "Beverages", "Household"],
    "Communication Services": ["Media", "Broadband", "Interactive"],
    "Energy": ["Petroleum", "Energy", "Pipelines"],
    "Materials": ["Chemicals", "Mining", "Steel"],
    "Utilities": ["Power", "Water", "Gas & Electric"],
    "Real Estate": ["Properties", "Towers", "Realty"],
}
REAL = {
    "Information Technology": "AAPL Apple|MSFT Microsoft|NVDA NVIDIA|AVGO Broadcom|ORCL Oracle|"
    "CRM Salesforce|ADBE Adobe|AMD Advanced Micro Devices|INTC Intel|QCOM Qualcomm|"
    "TXN Texas Instruments|IBM IBM|CSCO Cisco Systems|NOW ServiceNow|MU Micron Technology|"
    "PLTR Palantir|BBAI BigBear.ai|SOUN SoundHound AI",
    "Financials": "JPM JPMorgan Chase|V Visa|MA Mastercard|BAC Bank of America|WFC Wells Fargo|"
    "GS Goldman Sachs|MS Morgan Stanley|AXP American Express|BLK BlackRock|C Citigroup|"
    "SCHW Charles Schwab|COF Capital One|SOFI SoFi Technologies",
    "Health Care": "LLY Eli Lilly|UNH UnitedHealth|JNJ Johnson & Johnson|ABBV AbbVie|MRK Merck|"
    "TMO Thermo Fisher|ABT Abbott|AMGN Amgen|PFE Pfizer|GILD Gilead|MDT Medtronic|CVS CVS Health|"
    "NVAX Novavax|OCGN Ocugen",
    "Industrials": "GE GE Aerospace|CAT Caterpillar|RTX RTX|HON Honeywell|UNP Union Pacific|"
    "BA Boeing|DE Deere|LMT Lockheed Martin|UPS United Parcel Service|MMM 3M|FDX FedEx|"
    "DAL Delta Air Lines|JOBY Joby Aviation|PLUG Plug Power",
    "Consumer Discretionary": "AMZN Amazon|TSLA Tesla|HD Home Depot|MCD McDonald's|LOW Lowe's|"
    "BKNG Booking Holdings|NKE Nike|SBUX Starbucks|CMG Chipotle|F Ford Motor|GM General Motors|"
    "GME GameStop",
    "Consumer Staples": "WMT Walmart|COST Costco|PG Procter & Gamble|KO Coca-Cola|PEP PepsiCo|"
    "PM Philip Morris International|CL Colgate-Palmolive|KR Kroger",
    "Communication Services": "GOOGL Alphabet|META Meta Platforms|NFLX Netflix|DIS Walt Disney|"
    "T AT&T|VZ Verizon|AMC AMC Entertainment",
    "Energy": "XOM Exxon Mobil|CVX Chevron|COP ConocoPhillips|KMI Kinder Morgan|SLB SLB|"
    "OXY Occidental Petroleum",
    "Materials": "LIN Linde|NEM Newmont|FCX Freeport-McMoRan|NUE Nucor|DOW Dow",
    "Utilities": "NEE NextEra Energy|SO Southern Company|DUK Duke Energy",
    "Real Estate": "PLD Prologis|AMT American Tower|O Realty Income",
}
"""Real stocks, the largest of a sector first."""

FUNDS = (
    [("all", "", f"{n} Total Market", r) for n, r in (("Palisade", "VTI"), ("Fathom", "ITOT"))]
    + [("large", "", f"{n} Large Cap", r) for n, r in
       (("Palisade", "SPY"), ("Fathom", "VOO"), ("Lodestar", "IVV"), ("Lodestar Core", "DIA"))]
    + [("small", "", f"{n} Small Cap", r) for n, r in (("Palisade", "IWM"), ("Fathom", "IJR"))]
    + [("equal", "", "Lodestar Equal Weight", "RSP"), ("equal", "", "Fathom Mid Cap", "MDY")]
    + [("high_beta", "", f"{n}", r) for n, r in
       (("Palisade Growth", "VUG"), ("Fathom Growth Leaders", "QQQ"), ("Lodestar Momentum", "MTUM"),
        ("Palisade Disruptors", "ARKK"))]
    + [("low_beta", "", f"{n}", r) for n, r in
       (("Palisade Value", "VTV"), ("Fathom Dividend", "SCHD"), ("Lodestar Dividend Growth", "VIG"),
        ("Palisade High Yield Stocks", "VYM"), ("Fathom Low Volatility", "USMV"))]
    + [("sector", s, f"Lodestar {s}", r) for s, r in zip(
        STEMS, ("XLK", "XLF", "XLV", "XLI", "XLY", "XLP", "XLC", "XLE", "XLB", "XLU", "XLRE"),
        strict=True)]
)  # fmt: skip
BOND_FUNDS = (
    ("Palisade Aggregate Bond", "AGG", 6.0, 0.2),
    ("Fathom Total Bond", "BND", 6.1, 0.2),
    ("Palisade Long Treasury", "TLT", 16.5, 0.0),
    ("Palisade Intermediate Treasury", "IEF", 7.3, 0.0),
    ("Palisade Short Treasury", "SHY", 1.9, 0.0),
    ("Lodestar Treasury Bills", "BIL", 0.2, 0.0),
    ("Lodestar Inflation Protected", "TIP", 6.6, 0.1),
    ("Fathom Municipal Bond", "MUB", 6.0, 0.1),
    ("Fathom Corporate Bond", "LQD", 8.3, 0.6),
    ("Fathom High Yield Bond", "HYG", 3.2, 1.6),
)
"""Name, real ticker, duration in years, and how much credit risk there is in it."""
TREASURIES = (0.25, 0.5, 1, 1, 2, 2, 3, 3, 5, 5, 7, 7, 10, 10, 10, 20, 20, 30, 30, 30)
HEADER = [
    "symbol", "name", "real_symbol", "real_name", "type", "sector", "exchange", "price_minor",
    "shares", "turnover", "spread_bp", "beta", "volatility", "basket", "duration", "credit",
    "coupon", "years",
]  # fmt: skip


def whole(shares: float) -> int:
    """Round a number of shares."""
    return int(shares) // 10_000 * 10_000


def ticker(name: str, taken: set[str]) -> str:
    """Make six letters out of a name: its first, and consonants after it."""
    letters = [c for c in name.upper() if c.isalpha()]
    some = letters[:1] + [c for c in letters[1:] if c not in "AEIOU"] + list("XQZVK")
    for last in range(5, len(some)):
        made = "".join(some[:5]) + some[last]
        if made not in taken:
            taken.add(made)
            return made
    raise ValueError(name)


def stocks(rng: random.Random, taken: set[str], words: list[str]) -> Iterator[list[object]]:
    """Yield 103 stocks, the largest of each sector first."""
    turn = iter(words)
    for sector, listed in REAL.items():
        real = listed.split("|")
        for rank, one in enumerate(real):
            stem = STEMS[sector][rank % len(STEMS[sector])]
            name = f"{next(turn)} {stem}"
            symbol, _, company = one.partition(" ")
            # only a sector of many has small firms among them
            small = rank / (len(real) - 1) * min(1, (len(real) - 1) / 11)
            value = 4e11 * 0.0035**small * rng.lognormvariate(0, 0.5)
            low = 2.0 + 6 * rng.random()  # the smallest are penny stocks, or nearly
            price = low if small == 1 else rng.lognormvariate(4.6 - 1.2 * small, 0.5)
            beta = min(2.5, max(0.1, rng.gauss(0.95 + 0.25 * small, 0.3)))
            exchange = "XNAS" if "Technology" in sector or rng.random() < 0.3 else "XNYS"  # noqa: PLR2004
            yield [
                ticker(name, taken), name, symbol, company, "stock", sector, exchange,
                round(100 * price), whole(value / price), round(0.004 + 0.012 * small, 4),
                round(2 + 60 * small**2, 1), round(beta, 2),
                round(0.20 * rng.lognormvariate(0, 0.25) * 3.2**small, 3), "", 0, 0, 0, 0,
            ]  # fmt: skip


def funds(rng: random.Random, taken: set[str]) -> Iterator[list[object]]:
    """Yield forty exchange-traded funds: thirty of stocks, ten of bonds."""
    for basket, sector, name, real in FUNDS:
        price, size = rng.lognormvariate(4.8, 0.5), rng.lognormvariate(23.5, 1.0)
        yield [
            ticker(name, taken), f"{name} Fund", real, f"{real} Fund", "etf", sector, "ARCX",
            round(100 * price), whole(size / price), round(0.01 + 0.03 * rng.random(), 4),
            1.5, 0, 0, basket, 0, 0, 0, 0,
        ]  # fmt: skip
    for name, real, duration, credit in BOND_FUNDS:
        price, size = rng.lognormvariate(4.5, 0.2), rng.lognormvariate(23.0, 0.8)
        yield [
            ticker(name, taken), f"{name} Fund", real, f"{real} Fund", "etf", "", "ARCX",
            round(100 * price), whole(size / price), round(0.008 + 0.01 * rng.random(), 4),
            1.5, 0, 0, "bonds", duration, credit, 0, 0,
        ]  # fmt: skip


def bonds(rng: random.Random, firms: list[list[object]]) -> Iterator[list[object]]:
    """Yield forty bonds: twenty of the Treasury, twenty of the largest firms.

    A name says the coupon; the year in which it falls due depends on when a world begins.
    """
    for number, years in enumerate(TREASURIES):
        coupon = 0 if years < 1 else round(8 * (3.6 + 0.02 * years + rng.gauss(0, 0.3))) / 8
        yield [
            f"UST{number:03d}", "Treasury", f"UST{number:03d}", "US Treasury", "bond", "", "XOTC",
            10_000, 400_000_000, 0.02, 0.8, 0, 0, "", round(0.97 * years**0.93, 2), 0, coupon,
            years,
        ]  # fmt: skip
    largest = sorted(firms, key=lambda row: -int(str(row[7])) * int(float(str(row[8]))))[:20]
    for firm in largest:
        years = rng.choice((3, 5, 7, 10, 20, 30))
        coupon = round(8 * (4.4 + 0.02 * years + rng.gauss(0, 0.4))) / 8
        yield [
            f"{firm[0]}-{years}Y", firm[1], f"{firm[2]}-{years}Y", firm[3], "bond", firm[5], "XOTC",
            10_000, round(rng.uniform(5, 30)) * 1_000_000, 0.006, 6.0, 0, 0, "",
            round(0.95 * years**0.9, 2), round(rng.uniform(0.3, 0.9), 2), coupon, years,
        ]  # fmt: skip


def main() -> None:
    """Write the file."""
    rng, taken = random.Random(SEED), set[str]()  # noqa: S311 - no secret depends on it
    words = tomllib.loads((US / "region.toml").read_text("utf-8"))["names"]["words"]
    words = [*words, "Zephyr", "Yarrow", "Vireo"]
    firms = list(stocks(rng, taken, words))
    rows = [*firms, *funds(rng, taken), *bonds(rng, firms)]
    with (US / "securities.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)


if __name__ == "__main__":
    main()
