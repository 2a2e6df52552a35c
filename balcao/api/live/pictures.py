"""Pictures from elsewhere, fetched by us and encoded anew: their sender learns nothing of who reads, and when."""

from starlette.requests import Request
from starlette.responses import Response

from balcao.api.live.threads import in_thread
from balcao.kit import http
from balcao.kit.proxied import original

LARGEST = 5_000_000  # bytes
WIDEST = 2400  # pixels
AT_ONCE = 8
_HEADERS = {
    "Cache-Control": "private, max-age=86400, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


async def picture(request: Request) -> Response:
    """Show the picture that a signed address stands for; the frame that asks has no origin and sends no cookies."""
    url = original(request.path_params["token"])
    if url is None:
        return Response(status_code=404)
    policy: http.Policy = request.app.state.policy
    async with request.app.state.fetching:
        try:
            fetched = await http.fetch_async(url, headers={"Accept": "image/*"}, policy=policy)
        except http.TooLarge:
            return Response(status_code=413)
        except http.FetchError as error:
            return Response(status_code=403 if error.permanent else 502)
        return await in_thread(_shown, fetched.content) if fetched.ok else Response(status_code=502)


def _shown(content: bytes) -> Response:
    from balcao.kit import images  # loaded with the first picture: most processes never show one

    try:
        made = images.reencode(content, longest_side=WIDEST)
    except images.BadPicture:
        return Response(status_code=415)
    return Response(made.content, media_type=made.media_type, headers=_HEADERS)
