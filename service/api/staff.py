"""Staff over HTTP: signing in and out at a device, and the accounts."""

from typing import Annotated, Final

import msgspec

from service.api.body import Body
from service.api.call import Call
from service.api.parameters import account_id
from service.api.query import Query
from service.api.reply import Reply, created, ok
from service.api.route import Answer, route
from service.domain.access.errors import StoreForbidden
from service.domain.audit.acts import Act
from service.domain.members.errors import MemberNotFound
from service.domain.purchases.errors import UnknownStore
from service.domain.staff import errors
from service.domain.staff.types import (
    AccountState,
    ChangeSecret,
    CreateStaffAccount,
    IssuedStaffAccount,
    PatchStaffAccount,
    ResetSecret,
    SignedIn,
    SignedOut,
    SignIn,
    SignOut,
    StaffAccountPage,
    StaffAccountView,
)
from service.infra.cursors import CursorInvalid

TAG: Final = "Staff"
_PROVING: Final = (
    errors.SignInRefused,
    errors.StaffSecretNeeded,
    errors.StaffSuspended,
    errors.TooManySignIns,
)
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]


class StaffAccountsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    state: Annotated[AccountState | None, msgspec.Meta(description="Only accounts in it.")] = None
    cursor: _Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200, description="Accounts on a page.")] = 50


@route(
    "POST",
    "/v1/staff/sign-in",
    scope="staff:sign-in",
    tag=TAG,
    takes=Body(SignIn),
    answers={200: Answer(what="The person is signed in at the device.", body=SignedIn)},
    refuses=(
        *_PROVING,
        errors.StaffStoreForbidden,
        errors.StaffStoreNeeded,
        StoreForbidden,
        UnknownStore,
    ),
)
async def sign_in_staff(call: Call, body: SignIn) -> Reply:
    """Sign a person in at a device; the token goes beside the device's key, as `Regulars-Staff`.

    It is good with the keys of this API client alone, at the store of the key (or the one named,
    for a key that is bound to none), for eight hours at most, and tells entries who it was. Signing
    in again at the same device ends the token from before. A login that does not exist is answered
    like a wrong secret; five failures of a login, or twenty at a device, within ten minutes stop it
    for a while, each time longer. Where somebody else has set the secret, the answer says
    `must_change_secret`, and with the token nothing can be done but to change it.
    """
    return ok((await call.services.verbs.sign_in_staff(call.actor, body)).body)


@route(
    "POST",
    "/v1/staff/sign-out",
    scope="staff:sign-in",
    tag=TAG,
    takes=Body(SignOut),
    answers={200: Answer(what="Nobody is signed in with the token.", body=SignedOut)},
    refuses=(errors.StaffTokenNotFound,),
)
async def sign_out_staff(call: Call, body: SignOut) -> Reply:
    """Sign a person out; a token that has ended tells since when.

    All processes refuse the token within half a minute.
    """
    done = await call.services.verbs.sign_out_staff(call.actor, body)
    call.services.keyring.sign_out(body.token)
    return ok(done.body)


@route(
    "POST",
    "/v1/staff/secret",
    scope="staff:sign-in",
    tag=TAG,
    takes=Body(ChangeSecret),
    answers={200: Answer(what="The secret is another one.", body=StaffAccountView)},
    refuses=(
        *_PROVING,
        errors.NewSecretNeeded,
        errors.SecretNotNew,
        errors.SecretTooSimple,
    ),
    acts=(Act.STAFF_SECRET_CHANGED,),
)
async def change_staff_secret(call: Call, body: ChangeSecret) -> Reply:
    """Change a PIN or a password, for who knows one of the account's; failures count as above.

    The person is signed out at all devices. Of secrets that somebody else has set none is kept and
    none can be chosen again: what is named here is all there is from now on.
    """
    return ok((await call.services.verbs.change_staff_secret(call.actor, body)).body)


@route(
    "POST",
    "/v1/staff/accounts",
    scope="staff:manage",
    tag=TAG,
    takes=Body(CreateStaffAccount),
    answers={
        201: Answer(what="The account is there.", body=IssuedStaffAccount, headers=("Location",))
    },
    refuses=(
        errors.LoginTaken,
        errors.MemberHasAccount,
        MemberNotFound,
        errors.SecretTooSimple,
    ),
    acts=(Act.STAFF_CREATED,),
)
async def create_staff_account(call: Call, body: CreateStaffAccount) -> Reply:
    """Make a staff account, with a secret of your choice or a PIN that is told once.

    The login is the account's natural key: `login-taken` after a lost answer means that it is
    there. Link the member this person is, so that they cannot touch what is their own. The person
    changes the secret at the first sign-in.
    """
    done = await call.services.verbs.create_staff_account(call.actor, body)
    return created(done.body, f"/v1/staff/accounts/{done.body.id}")


@route(
    "GET",
    "/v1/staff/accounts",
    scope="staff:manage",
    tag=TAG,
    takes=Query(StaffAccountsPage),
    answers={200: Answer(what="A page of accounts, by login.", body=StaffAccountPage)},
    refuses=(CursorInvalid,),
)
async def list_staff_accounts(call: Call, query: StaffAccountsPage) -> Reply:
    """List staff accounts, in pages."""
    reads = call.services.reads
    return ok(await reads.staff_accounts(query.state, query.cursor, query.limit))


@route(
    "GET",
    "/v1/staff/accounts/{account_id}",
    scope="staff:manage",
    tag=TAG,
    answers={200: Answer(what="The account.", body=StaffAccountView)},
    refuses=(errors.StaffAccountNotFound,),
)
async def read_staff_account(call: Call, _: None) -> Reply:
    """Read a staff account."""
    return ok(await call.services.reads.staff_account(account_id(call)))


@route(
    "PATCH",
    "/v1/staff/accounts/{account_id}",
    scope="staff:manage",
    tag=TAG,
    takes=Body(PatchStaffAccount),
    answers={200: Answer(what="The account as it is now.", body=StaffAccountView)},
    refuses=(errors.MemberHasAccount, MemberNotFound, errors.StaffAccountNotFound),
    acts=(Act.STAFF_CHANGED,),
)
async def change_staff_account(call: Call, body: PatchStaffAccount) -> Reply:
    """Give a person another role, other stores or another member, suspend the account or not.

    Any change signs the person out, at all devices within half a minute.
    """
    verbs = call.services.verbs
    return ok((await verbs.change_staff_account(call.actor, account_id(call), body)).body)


@route(
    "POST",
    "/v1/staff/accounts/{account_id}/secret",
    scope="staff:manage",
    tag=TAG,
    takes=Body(ResetSecret),
    answers={200: Answer(what="The secrets are others.", body=IssuedStaffAccount)},
    refuses=(errors.SecretTooSimple, errors.StaffAccountNotFound),
    acts=(Act.STAFF_SECRET_RESET,),
)
async def reset_staff_secret(call: Call, body: ResetSecret) -> Reply:
    """Replace all secrets of an account, by those given or by a PIN that is told once.

    The person is signed out at all devices and changes the secret at the next sign-in. A login that
    was locked by failures is free again.
    """
    verbs = call.services.verbs
    return ok((await verbs.reset_staff_secret(call.actor, account_id(call), body)).body)
