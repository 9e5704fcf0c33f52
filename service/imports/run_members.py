"""Members of a file through the verb `import_members`, many in one transaction."""

import pathlib
import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from service.domain.imports.types import Kind
from service.flows.members.import_members import ROWS_MAX, ImportMember
from service.flows.members.import_members import import_members as record
from service.imports.files import MemberFile
from service.imports.importer import ACTOR, Importer, ImportStopped, Summary, begin
from service.imports.progress import Progress, Report
from service.imports.rejects import Rejects
from service.imports.rows import Rejected, Row
from service.infra.batch import BUSY
from service.kernel.errors import ExpectedError

Member = Row[ImportMember]
Numbered = tuple[int, Member | Rejected]


async def import_members(
    importer: Importer,
    path: pathlib.Path,
    *,
    rejects: pathlib.Path,
    report: Report,
    again: bool = False,
) -> Summary:
    """Take in the file; FileRefused, or ImportStopped when it cannot go on now."""
    started = time.monotonic()
    file = MemberFile(path, importer.ctx.programs.compiled[-1].document)
    scan, progress = await begin(importer, file, Kind.MEMBERS, report, again=again)
    summary = Summary(kind=Kind.MEMBERS, rows=scan.rows, before=progress.low)
    if progress.low < scan.rows:
        with Rejects(rejects, going_on=progress.low > 0) as written:
            for some in _in_parts(file.read(), progress.low):
                await _take_in(importer, some, written, progress, summary)
                await progress.tell()
            await progress.tell(finally_=True)
            summary.rejected = written.count
            summary.rejects = written.path if written.count else None
    summary.seconds = time.monotonic() - started
    return summary


def _in_parts(items: Iterator[Member | Rejected], low: int) -> Iterator[list[Numbered]]:
    part: list[Numbered] = []
    for n, item in enumerate(items):
        if n < low:
            continue
        part.append((n, item))
        if len(part) == ROWS_MAX:
            yield part
            part = []
    if part:
        yield part


async def _take_in(
    importer: Importer,
    some: Sequence[Numbered],
    rejects: Rejects,
    progress: Progress,
    summary: Summary,
) -> None:
    rows = [item for _, item in some if isinstance(item, Row)]
    results = iter(await record(importer.ctx, ACTOR, [row.body for row in rows]))
    for n, item in some:
        if isinstance(item, Rejected):
            rejects.add(item)
        else:
            _note(item, next(results), rejects, summary)
        progress.finish(n)


def _note(row: Member, result: Any, rejects: Rejects, summary: Summary) -> None:
    if result is BUSY:
        raise ImportStopped(f"line {row.line}: somebody else is enrolling the same identifiers")
    if isinstance(result, ExpectedError):
        if result.retryable:
            raise ImportStopped(f"line {row.line}: {result}") from result
        rejects.add(Rejected(row.line, str(result), msgspec.to_builtins(row.body)))
    elif result.replayed:
        summary.known += 1
    else:
        summary.added += 1
        summary.claimed += result.body.claimed
