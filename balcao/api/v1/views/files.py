"""Attachments: uploading, describing and fetching them."""

from typing import Any

from django.core import signing
from django.http import FileResponse, HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import File, Query, Router, Status
from ninja import Path as Named
from ninja.files import UploadedFile

from balcao.api.v1.access import Bearer, Caller, caller_of, ticket_for
from balcao.api.v1.problems import Problem, not_found
from balcao.api.v1.schemas.files import AttachmentLink, AttachmentOut, attachment_link, attachment_out
from balcao.api.v1.words import Id, Number
from balcao.kit.files import LARGEST
from balcao.ports.channel import File as SentFile
from balcao.staff.models import ApiToken
from balcao.staff.queries import acting_agent, is_good_token
from balcao.staff.types import Permission, Scope
from balcao.tickets.actions.files import upload
from balcao.tickets.models import Attachment
from balcao.tickets.queries.files import content_of

router = Router(tags=["Attachments"])

_SALT = "api-download"
_SECONDS = 300


@router.post(
    "/tickets/{number}/attachments",
    auth=Bearer(Scope.TICKETS_WRITE, Permission.TICKET_NOTE),
    response={201: AttachmentOut},
    operation_id="uploadAttachment",
    summary="Upload a file",
)
def upload_attachment(request: HttpRequest, number: Named[Number], file: File[UploadedFile]) -> Status[AttachmentOut]:
    """Store a file for a message or note that is still to be written; name it there in `attachment_ids`."""
    caller = caller_of(request)
    ticket = ticket_for(caller, number)
    if (file.size or 0) > LARGEST:
        raise Problem(413, "too-large", f"A file may have {LARGEST} bytes at most.")
    sent = SentFile(file.name or "file", file.content_type or "application/octet-stream", file.read())
    row = upload(ticket=ticket, agent=caller.person(), file=sent, now=timezone.now())
    return Status(201, attachment_out(row))


@router.get(
    "/attachments/{id}",
    auth=Bearer(Scope.FILES_READ, Permission.TICKET_READ),
    response=AttachmentLink,
    operation_id="getAttachment",
    summary="Get an attachment's description and address",
)
def get_attachment(request: HttpRequest, id: Named[Id]) -> AttachmentLink:  # noqa: A002 - the name in the address
    """Return what a file is, and an address from which it can be fetched for five minutes."""
    caller = caller_of(request)
    row = _attachment(caller, id)
    signature = signing.dumps([row.pk, caller.token.pk], salt=_SALT)
    address = reverse("api-v1:downloadAttachment", kwargs={"id": row.pk})
    return attachment_link(row, url=request.build_absolute_uri(f"{address}?signature={signature}"))


@router.get(
    "/attachments/{id}/download",
    auth=None,
    operation_id="downloadAttachment",
    url_name="downloadAttachment",
    summary="Fetch a file",
    response={200: None},
    openapi_extra={
        "responses": {
            200: {
                "description": "The file's bytes, to be saved and never shown.",
                "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
            }
        }
    },
)
def download_attachment(
    request: HttpRequest,
    id: Named[Id],  # noqa: A002 - the name in the address
    signature: Query[str],
) -> FileResponse:
    """Return a file to whoever holds its signed address, as long as the token that asked for it is good."""
    row = _attachment(_signer(signature, id), id)
    content = content_of(row)
    if content is None:
        raise Problem(404, "not-found", "The server does not hold this file any more. The fault was logged.")
    response = FileResponse(
        content,
        as_attachment=True,
        filename=row.name,
        content_type="application/octet-stream",
    )
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def _signer(signature: str, pk: int) -> Caller:
    refusal = Problem(403, "not-permitted", "The address is over or was changed; ask for the attachment again.")
    try:
        signed, token_id = signing.loads(signature, salt=_SALT, max_age=_SECONDS)
    except (signing.BadSignature, ValueError) as error:
        raise refusal from error
    token = ApiToken.objects.select_related("agent").filter(pk=token_id).first()
    if signed != pk or token is None or not is_good_token(token, now=timezone.now()):
        raise refusal
    return Caller(token, acting_agent(token))


def _attachment(caller: Caller, pk: int) -> Attachment:
    rows = Attachment.objects.select_related("message__ticket", "note__ticket", "upload_ticket")
    row = rows.filter(pk=pk).first()
    holder: Any = (row.message or row.note) if row else None
    ticket = holder.ticket if holder else (row.upload_ticket if row else None)
    if row is None or ticket is None or not caller.eyes.sees_shop(ticket.shop_id):
        raise not_found(f"Attachment {pk}")
    return row
