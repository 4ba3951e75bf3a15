"""Tells what each figure counts: the metrics, as data."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from gateway.figures.answers import MetricList
from gateway.figures.metrics import Metric, metrics
from shared.access.guard import ANY_CALLER
from shared.problems import BadQuestion, Failed, Fault, NotFound
from shared.tagged import UNCHANGED, tagged_json
from shared.web import documented
from shared.words import nearest

router = APIRouter(prefix="/v1", tags=["statistics"], dependencies=[ANY_CALLER])


@router.get("/metrics", response_model=MetricList, responses={**UNCHANGED, **documented(Failed)})
async def all_metrics(request: Request) -> Response:
    """Tell what every figure counts, of what, what it leaves out, and what each version changed."""
    return tagged_json(request, MetricList(items=[*metrics().values()]).model_dump_json())


@router.get(
    "/metrics/{metric_id}",
    response_model=Metric,
    responses={**UNCHANGED, **documented(NotFound, BadQuestion, Failed)},
)
async def one_metric(
    request: Request,
    metric_id: Annotated[
        str,
        Path(
            description="A metric's id, as a figure names it.",
            openapi_examples={"done in time": {"value": "in-time"}},
        ),
    ],
) -> Response:
    """Tell what one metric counts, of what, what it leaves out, and what each version changed."""
    found = metrics().get(metric_id)
    if found is None:
        near = nearest(metric_id, metrics())
        remedy = f"did you mean {near}?" if near else f"use one of {', '.join(metrics())}"
        fault = Fault("metric_id", "is no metric's id", remedy)
        raise NotFound("No metric has this id.", fault)
    return tagged_json(request, found.model_dump_json())
