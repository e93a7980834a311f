"""What the worker does: waiting, running, failed, and what comes round by the clock."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from regulars.backoffice.access import needs
from regulars.jobs.state import read_jobs
from regulars.staff.rights import Right


@needs(Right.SEE_JOBS)
def jobs(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {"jobs": read_jobs()}
    template = "backoffice/parts/job_rows.html" if request.headers.get("HX-Request") else "backoffice/jobs.html"
    return render(request, template, context)
