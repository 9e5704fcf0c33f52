"""Regulars: a loyalty program and rewards service.

The layout shows the architecture. Bands, from top to bottom; imports point down only:

    __main__  cli  commands  the command `regulars`, one file a command
    app                      the only file that builds things (pool, clock, gate -> Litestar)
    api  jobs  imports       ENTRANCES: JSON over HTTP, the clock, files of a retailer;
    demo  verify  doctor     a grocery retailer's year, the proof of the ledger, what is wrong here
    flows                    VERBS: one file, one verb, one transaction; steps/ is what they share
    domain                   NOUNS: members wallets purchases returns tiers budgets events access …
    rules | infra            LANGUAGE: pure, facts in, decision out | PLUMBING: database, batches
    kernel                   WORDS: ids, calendar, actor, the kinds of expected error; no I/O

The one law: a noun never imports another noun; anything that touches two nouns is a flow.
import-linter holds it (pyproject.toml); tests/laws holds the rest.
"""
