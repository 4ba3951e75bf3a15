"""What every application of ours does alike on the web: problems, health and documents."""

import gc
from collections.abc import Awaitable, Callable, Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, Field, TypeAdapter
from pydantic.json_schema import JsonSchemaMode
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from shared.armour import Armoured
from shared.docs_page import docs_page
from shared.faults import fault_of
from shared.problems import (
    MEDIA_TYPE,
    BadQuestion,
    Failed,
    Fault,
    NoKeys,
    NotAllowed,
    NotFound,
    NoToken,
    NotPermitted,
    NotReady,
    Problem,
    TooLarge,
    TooOften,
)
from shared.tracing import Traced, log_to_stderr, route_of

# What any guarded address may answer beside its own problems.
GUARDS_REFUSALS: tuple[type[Problem], ...] = (NoToken, NotPermitted, TooOften, NoKeys)
SCHEMA = "#/components/schemas/{}"
# What the addresses of each kind are for, as OpenAPI tells it where there are any.
TAGS = {
    "code lists": "Who the agencies' organisations are, and which Home Office outcomes there are.",
    "data protection": "Who did what with victims' data.",
    "events": "Send what happened, and look up what was kept.",
    "feeds": "What came from each system, how it compares with other days, and when it was down.",
    "findings": "What an inspector looks for beside the duties, on one journey and on all.",
    "health": "Whether the service is running, and which build of it.",
    "journeys": "One victim's journey across every agency.",
    "lists": "What the columns of tables say.",
    "obligations": "What was owed to one victim, and why each stands as it does.",
    "reviews": "What the bodies of a police area review together, and what they decide to do.",
    "publications": "Figures as they were published: frozen by inspectors, or made for partners.",
    "samples": "Journeys drawn at random from a frozen frame, so that anybody can draw them again.",
    "register": "What lists and figures are told from, and how far it is behind.",
    "returns": "Figures that somebody asks for by the quarter, for each area.",
    "statistics": "What is counted over all journeys, what each figure means and leaves out.",
    "subject access": "What is held about one victim, for that victim.",
    "vocabulary": "The types of event, with their fields and examples.",
    "what-if: not the law": "How journeys would stand under a draft of the Code.",
}


class ErrorItem(BaseModel):
    """One thing wrong, and its remedy."""

    field: str = Field(description="The field, as a dotted path.", examples=["data.suspect"])
    wrong: str = Field(description="What was wrong with it.", examples=["is missing"])
    remedy: str = Field(description="What to do.", examples=["add it"])


class ProblemBody(BaseModel):
    """A refusal (RFC 9457)."""

    type: str = Field(examples=["urn:victim-journey:problem:bad-message"])
    title: str
    status: int
    detail: str
    errors: list[ErrorItem]


def documented(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses for the problems that a route may answer with."""
    responses: dict[int | str, dict[str, Any]] = {}
    for problem in problems:
        words = (problem.__doc__ or problem.title).strip()
        said = responses.setdefault(
            problem.status.value,
            {
                "description": words,
                "content": {MEDIA_TYPE: {"schema": {"$ref": SCHEMA.format("ProblemBody")}}},
            },
        )
        if words not in said["description"]:
            said["description"] += f"\n\nOr: {words}"
    return responses


def problem_response(problem: Problem) -> JSONResponse:
    """Return a problem as the response that the caller is sent."""
    return JSONResponse(
        problem.body(), problem.status.value, media_type=MEDIA_TYPE, headers=problem.headers
    )


def application(
    title: str,
    description: str,
    *,
    lifespan: Any,
    ready: Callable[[FastAPI], Awaitable[None]],
    origins: Sequence[str] = (),
) -> FastAPI:
    """Return a FastAPI application with our problems and health addresses and nothing else.

    `ready` raises a Problem while the application cannot do its work. Pages of these origins, and
    no others, may read its answers.
    """
    app = FastAPI(
        title=title,
        description=description,
        version=build_version(),
        lifespan=lifespan,
        servers=[{"url": "/"}],
        contact={"name": "The team of Victim Journey"},
        docs_url=None,
        redoc_url=None,
    )

    @app.get("/docs", include_in_schema=False)
    async def docs() -> HTMLResponse:
        """Tell the API to people."""
        return docs_page(title)

    @app.get("/health", tags=["health"], responses=documented(NotReady))
    async def health() -> dict[str, str]:
        """Say whether the application and its store can do their work."""
        await ready(app)
        return {"status": "UP"}

    @app.get("/health/ping", tags=["health"])
    async def ping() -> dict[str, str]:
        """Say that the application is running; asks nothing of the store."""
        return {"status": "UP"}

    @app.get("/info", tags=["health"])
    async def info() -> dict[str, dict[str, str]]:
        """Say which build is running."""
        return {"build": {"name": title, "version": build_version()}}

    log_to_stderr()
    if origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET"],
            allow_headers=["authorization", "if-none-match"],
            expose_headers=["etag", "link", "retry-after"],
        )
    app.add_middleware(Traced, failed=_failed())
    app.add_middleware(Armoured)
    app.add_exception_handler(Problem, _say_problem)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, _say_validation)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, _say_http)  # type: ignore[arg-type]
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def settle(*, young: int = 10_000) -> None:
    """Let Python's garbage collector leave alone what stays, and come round less often.

    Called once an application's module is made. Batches make hundreds of thousands of objects
    that go away by themselves; looking for circles among them took a fifth of the door's time.
    `young` is how many may be new before it comes round.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(young, 20, 50)


def build_version() -> str:
    """Return the version of the installed distribution, or `0` in a bare checkout."""
    try:
        return version("victim-journey")
    except PackageNotFoundError:
        return "0"


def too_large(limit: int) -> TooLarge:
    """Return the problem for a body over a limit in bytes."""
    return TooLarge(
        f"The body is larger than {limit} bytes; nothing of it was kept.",
        Fault("body", f"is larger than {limit} bytes", "send fewer events at once"),
    )


def _openapi(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        schema = FastAPI.openapi(app)
        schemas = schema.setdefault("components", {}).setdefault("schemas", {})
        schemas.update(schemas_of([ProblemBody]))
        _document_guards(schema)
        schemas.update(schemas_of(getattr(app.state, "also_documented", ())))
        schema["tags"] = [
            {"name": tag, "description": TAGS[tag]}
            for tag in sorted(
                {
                    tag
                    for methods in schema["paths"].values()
                    for operation in methods.values()
                    for tag in operation.get("tags", ())
                }
            )
        ]
        app.openapi_schema = schema
    return app.openapi_schema


def _document_guards(schema: dict[str, Any]) -> None:
    """Tell of every guarded operation how a caller may be refused."""
    for methods in schema["paths"].values():
        for operation in methods.values():
            if "security" not in operation:
                continue
            for status, said in documented(*GUARDS_REFUSALS).items():
                told = operation["responses"].setdefault(str(status), said)
                if told is not said:
                    told["description"] += f"\n\nOr: {said['description']}"


def schemas_of(shapes: Iterable[type]) -> dict[str, Any]:
    """Return the JSON Schemas of shapes and of all they are made of, by name, for OpenAPI."""
    wanted: list[tuple[str, JsonSchemaMode, TypeAdapter[Any]]] = [
        (shape.__name__, "validation", TypeAdapter(shape)) for shape in shapes
    ]
    _, schemas = TypeAdapter.json_schemas(wanted, ref_template=SCHEMA.format("{model}"))
    defined: dict[str, Any] = schemas.get("$defs", {})
    return defined


async def _say_problem(request: Request, error: Problem) -> JSONResponse:
    return problem_response(error)


async def _say_validation(request: Request, error: RequestValidationError) -> JSONResponse:
    faults = [fault_of(wrong, str(wrong["loc"][-1])) for wrong in error.errors()]
    return problem_response(BadQuestion("The request cannot be answered as it is.", *faults))


async def _say_http(request: Request, error: HTTPException) -> JSONResponse:
    path = request.url.path
    if error.status_code == 405:
        # The error names the methods of the first route with this path only.
        methods = request.app.openapi()["paths"].get(route_of(request.scope))
        allowed = ", ".join(sorted(methods)).upper() if methods else (error.headers or {})["Allow"]
        fault = Fault("method", f"{request.method} is not taken here", f"use {allowed}")
        return problem_response(
            NotAllowed(
                f"{path} does not take {request.method}.",
                fault,
                headers={"Allow": allowed},
            )
        )
    if error.status_code == 404:
        fault = Fault("path", "is not an address of this service", "see /docs for the addresses")
        return problem_response(NotFound("There is nothing at this address.", fault))
    return problem_response(BadQuestion(str(error.detail)))


def _failed() -> Response:
    return problem_response(
        Failed("The fault is ours. Send the same again later: what was kept is not kept twice.")
    )
