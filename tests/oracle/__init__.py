"""The oracle: Regulars once more, slow and plain, to judge the service by.

Written from the promises of the design alone; nothing here imports `service`
(`test_independence.py` proves it). One process, no database, no batches, no counters kept up to
date: lists, exact fractions, and everything that can be computed again is computed again.

    days.py       calendar arithmetic, a day at a time
    program.py    a small program as plain data; conditions are Python functions
    awards.py     what a cart earns
    ledger.py     one wallet: lots, pending, debt
    tiers.py      a ladder replayed from its contributions
    purchases.py  a purchase and what is left of it
    world.py      members, purchases, returns, corrections, time; answers
    offers.py     what a checkout has besides, as plain data
    pricing.py    discounts one after another, units that pay
    codes.py      coupons: who may use which code, how often
    gift_cards.py money that belongs to whoever has the code
    sales.py      a basket, what is decided of it, holds, sales
    deciding.py   how a basket is decided
    market.py     the world with a checkout: holds, purchases, what comes back
    fair.py       and with rewards and transfers
"""
