"""What verification found: figures, and differences by check. Tallies of ranges are added up."""

import enum

import msgspec


class Check(enum.StrEnum):
    """What is proved; the value is its title. I1 to I10: the invariants of the ledger."""

    WALLETS = "I1 wallets are their entries and lots"
    CONSTRAINTS = "I2 constraints stand, no row violates one"
    OPERATIONS = "I3 entries, keys and operations belong together"
    EVENTS = "I4 events are 1..version, in order"
    HOUSE = "I6 house accounts and wallets balance"
    PROJECTION = "I10 events give the wallets"
    DECISIONS = "decisions come out the same"
    RETURNS = "what is kept after returns"
    TIERS = "tiers are what the ladders say"
    BUDGETS = "budgets are granted and left"
    HOLDS = "holds and what they keep"
    COUPONS = "coupons are used as often as they say"
    REWARDS = "rewards are paid, given and given back"
    GIFT_CARDS = "gift cards and their money"
    TRANSFERS = "what passed between holders arrived"
    HOUSEHOLDS = "households and who belongs to them"
    MERGES = "members who are one person, and who are two again"
    CLUBS = "who belongs to clubs, and their seats"
    APPROVALS = "staff alone keep within the caps"
    OCCASIONS = "what rules gave beyond purchases comes out the same"
    UNDONE = "what was undone is as if it had not been"
    SEGMENTS = "segments are what their conditions say"
    AUDIT = "acts are what they were when their days were closed"
    HOLDERS = "holders, identifiers, what falls due"


class Difference(msgspec.Struct, frozen=True, order=True):
    """One thing that is not as it must be; `place` names the holder or purchase."""

    check: Check
    place: str
    text: str


class House(msgspec.Struct):
    """One wallet of the program against the rest of the world, in units.

    `moved`: reason number -> units; `against`: contra number -> units the house account gave.
    """

    moved: dict[int, int] = {}
    against: dict[int, int] = {}
    owed: int = 0  # sum of debt changes
    posted: int = 0
    pending: int = 0
    held: int = 0
    debt: int = 0


class Tally(msgspec.Struct):
    """Figures and differences of a part. At most `named_max` differences of a check are kept."""

    named_max: int
    counted: dict[Check, int] = {}
    figures: dict[str, int] = {}
    wrong: dict[Check, int] = {}
    named: list[Difference] = []
    houses: dict[int, House] = {}  # by wallet number
    used: dict[str, int] = {}  # campaign -> units its budget granted and did not get back

    def count(self, check: Check, more: int) -> None:
        """So many were looked at."""
        self.counted[check] = self.counted.get(check, 0) + more

    def note(self, figure: str, more: int) -> None:
        """A figure for the reader."""
        self.figures[figure] = self.figures.get(figure, 0) + more

    def differ(self, check: Check, place: str, text: str, times: int = 1) -> None:
        """Something is wrong (`times` of them)."""
        self.wrong[check] = self.wrong.get(check, 0) + times
        if sum(known.check is check for known in self.named) < self.named_max:
            self.named.append(Difference(check, place, text))

    def house(self, wallet: int) -> House:
        """The sums of a wallet, to add to."""
        return self.houses.setdefault(wallet, House())

    def add(self, other: "Tally") -> None:
        """Take in the tally of another part."""
        for check, count in other.counted.items():
            self.count(check, count)
        for figure, count in other.figures.items():
            self.note(figure, count)
        for difference in other.named:
            self.differ(difference.check, difference.place, difference.text, 0)
        for check, times in other.wrong.items():
            self.wrong[check] = self.wrong.get(check, 0) + times
        for number, house in other.houses.items():
            _add_house(self.house(number), house)
        for campaign, units in other.used.items():
            self.used[campaign] = self.used.get(campaign, 0) + units

    def differences(self) -> int:
        """How many there are in all."""
        return sum(self.wrong.values())


def _add_house(mine: House, other: House) -> None:
    for name in ("owed", "posted", "pending", "held", "debt"):
        setattr(mine, name, getattr(mine, name) + getattr(other, name))
    for own, more in ((mine.moved, other.moved), (mine.against, other.against)):
        for key, units in more.items():
            own[key] = own.get(key, 0) + units
