"""The lines of an operation."""

import uuid

from service.domain.wallets.entries import Op


def test_an_operation_numbers_its_lines_from_one() -> None:
    op = Op(uuid.UUID(int=7))

    assert [op.next_line(), op.next_line()] == [1, 2]
