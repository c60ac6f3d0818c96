"""Health for machines: is the process up, is the database there and migrated, does the clock tick."""

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.clock import business_now, machine_now
from portal.work.health import broker_reachable, clock_health


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """This will answer that the process is up; it asks nothing else."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """This will answer 200 when the database is there and migrated, else 503 with the reason."""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return JsonResponse({"ready": False, "reason": "database unreachable"}, status=503)
    if pending:
        return JsonResponse({"ready": False, "reason": f"{len(pending)} migrations pending"}, status=503)
    return JsonResponse({"ready": True})


@never_cache
@require_safe
def clock(_request: HttpRequest) -> JsonResponse:
    """This will tell how clock, broker and outbox are; 503 with the reasons if one is not well."""
    try:
        health = clock_health(machine_now(), business_now())
    except DatabaseError:
        return JsonResponse({"ok": False, "reasons": ["database_away"]}, status=503)
    reasons = [fault.code for fault in health.reasons]
    if not broker_reachable():
        reasons.append("broker_away")
    body = {
        "ok": not reasons,
        "reasons": reasons,
        "last_tick_at": health.last_tick_at,
        "age_seconds": health.age.total_seconds() if health.age is not None else None,
        "backlog": health.backlog,
        "oldest_due": health.oldest_due,
    }
    return JsonResponse(body, status=200 if not reasons else 503)
