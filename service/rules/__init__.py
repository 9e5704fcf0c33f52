"""The rule language: a program file in, facts in, a decision out. Pure: no I/O, no clock.

    source.py    YAML text -> values that know their line and column
    units.py     "12.50 EUR", "30d", "12 months", "06:00" -> integers; currencies.py their places
    registry.py  the facts of one program: names, types, allowed values, labels
    check/       values -> Document, every problem at once, with did-you-mean
    document.py  the canonical program: what is stored, compiled and compared
    conditions/  one file, one condition (a Struct and its closure); effects/ the same for effects
    compile.py   Document -> Program; compiled_rule.py a rule, index.py which ones can do something
    cart.py facts.py decision.py   what goes in, what comes out
    case.py      a cart with its facts while it is decided; tally.py one wallet's exact total
    decide.py    one purchase, one decision: taking.py discounts/ coupons.py caps.py what lowers
                 prices, priced.py the cart at them, paying.py units that pay, earned.py awards.py
                 earned_by_coupons.py what is earned then, grants.py what budgets cut
    decide_occasion.py   what is no purchase (triggers.py): fixed points, coupons, badges, events
    belonging.py clubs and segments, compiled; needs.py what conditions read, also through them;
                 early.py who has something sooner; hiding.py hidden.py what outsiders do not see
    kept.py      what is kept after returns: remainder.py of the cart, remaining.py of the decision
    windows.py   which purchases and uses count
    explain.py   why each rule fired or did not; plan.py what a new version changes, in words.py
    schema.py    JSON Schema of the program file, for editors

Conditions and effects are data (msgspec Structs in a tagged union) compiled to closures once per
version. Weighed against cel, zen-engine and generated Python: static types down to line fields,
positions in the file, an explanation per leaf, known needs, no native dependency, and the fastest.
"""
