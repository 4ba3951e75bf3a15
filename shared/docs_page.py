"""The page at `/docs`: the API told by Swagger UI, which no network can swap for another script."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from fastapi.responses import HTMLResponse

_PLACE = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5.35.0"
# A browser runs these files only where they are, byte for byte, what they were when we looked.
_SCRIPT_IS = "sha384-gjRm0bEPMeTmMh5jT2cHccIwCUZSTd8YC+j0d0sXw0MdGEfScduGpSyF3ZSSLkX9"
_STYLE_IS = "sha384-WlYgdmXYOOBWL5apwjDEZwN+U3HmXSSu5R6V5aGxEcf7z+KuRNwBhoxKVN1i3D5I"
_OURS = 'SwaggerUIBundle({url: "openapi.json", dom_id: "#api", deepLinking: true})'
_OURS_IS = f"sha256-{b64encode(sha256(_OURS.encode()).digest()).decode()}"
# A token typed into the page can be sent to this service alone. Swagger UI styles by attribute.
_POLICY = (
    f"default-src 'none'; script-src {_PLACE}/ '{_OURS_IS}'; "
    f"style-src {_PLACE}/ 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def docs_page(title: str) -> HTMLResponse:
    """Return the page that tells an application's API, with the policy that holds it."""
    page = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<link rel="stylesheet" href="{_PLACE}/swagger-ui.css" integrity="{_STYLE_IS}" crossorigin>
</head>
<body>
<div id="api"></div>
<script src="{_PLACE}/swagger-ui-bundle.js" integrity="{_SCRIPT_IS}" crossorigin></script>
<script>{_OURS}</script>
</body>
</html>
"""
    return HTMLResponse(page, headers={"content-security-policy": _POLICY})
