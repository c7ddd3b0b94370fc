"""Fills a workspace with some of everything (`fill`), or reads everything in it (`read`), through Databricks' SDK for Python. What is
read has names in the place of ids, which differ between workspaces, and leaves out what the caller has by making something. Run by
test/engine/everything-by-sdk.test.ts in the environment of a local cloud, for the workspace WORKSPACE_ID, which has the user
ada@example.com; the remote is REMOTE."""

import base64
import io
import json
import os
import sys

from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk.errors import NotFound
from databricks.sdk.service import dashboards, iam, sql
from databricks.sdk.service.workspace import AclPermission, ExportFormat, ImportFormat, Language, ObjectType

ADA = "ada@example.com"
own = WorkspaceClient(host=AccountClient().config.host, workspace_id=os.environ["WORKSPACE_ID"])
me = own.current_user.me().user_name
warehouses = {each.id: each.name for each in own.warehouses.list()}


def notebook(code):
    cell = {"cell_type": "code", "execution_count": None, "metadata": {}, "source": [code]}
    environment = {"dependencies": ["numpy==2.0"], "environment_version": "2"}
    return {
        "cells": [{**cell, "outputs": [{"output_type": "display_data", "data": {"text/plain": "1"}, "metadata": {}}]}],
        "metadata": {
            "application/vnd.databricks.v1+notebook": {"language": "python", "environmentMetadata": environment},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 0,
    }


def fill():
    (warehouse,) = warehouses
    own.workspace.mkdirs("/Shared/etl")
    load = json.dumps(notebook("print(1)")).encode()
    own.workspace.import_("/Shared/etl/load", format=ImportFormat.JUPYTER, content=base64.b64encode(load).decode())
    own.workspace.upload("/Shared/etl/data.bin", io.BytesIO(bytes(range(256))), format=ImportFormat.RAW)
    own.workspace.import_(
        f"/Users/{ADA}/own",
        format=ImportFormat.SOURCE,
        language=Language.SQL,
        content=base64.b64encode(b"select 1").decode(),
    )
    grant = iam.AccessControlRequest(user_name=ADA, permission_level=iam.PermissionLevel.CAN_EDIT)
    own.permissions.update("notebooks", own.workspace.get_status("/Shared/etl/load").object_id, access_control_list=[grant])

    own.secrets.create_scope("etl")
    own.secrets.put_secret("etl", "text", string_value="grün")
    own.secrets.put_secret("etl", "bytes", bytes_value=base64.b64encode(bytes([0, 255])).decode())
    own.secrets.put_acl("etl", ADA, AclPermission.MANAGE)

    draft = own.lakeview.create(
        dashboards.Dashboard(
            display_name="sales", parent_path="/Shared", serialized_dashboard='{"pages":[]}', warehouse_id=warehouse
        )
    )
    own.lakeview.publish(draft.dashboard_id, embed_credentials=False, warehouse_id=warehouse)
    cron = dashboards.CronSchedule(quartz_cron_expression="0 0 8 * * ?", timezone_id="UTC")
    for name in ("nightly", "off"):
        paused = dashboards.SchedulePauseStatus.PAUSED if name == "off" else None
        schedule = own.lakeview.create_schedule(
            draft.dashboard_id, dashboards.Schedule(cron_schedule=cron, display_name=name, pause_status=paused)
        )
    (ada,) = own.users.list(filter=f'userName eq "{ADA}"')
    user = dashboards.SubscriptionSubscriberUser(user_id=int(ada.id))
    own.lakeview.create_subscription(
        draft.dashboard_id,
        schedule.schedule_id,
        dashboards.Subscription(subscriber=dashboards.Subscriber(user_subscriber=user)),
    )

    day = sql.QueryParameter(name="day", text_value=sql.TextValue(value="monday"))
    query = own.queries.create(
        query=sql.CreateQueryRequestQuery(
            display_name="sales",
            parent_path="/Shared/etl",
            query_text="select :day",
            warehouse_id=warehouse,
            parameters=[day],
        )
    )
    own.query_visualizations.create(
        visualization=sql.CreateVisualizationRequestVisualization(
            query_id=query.id, display_name="bars", type="CHART", serialized_options='{"x": 1}'
        )
    )
    own.queries.update(query.id, "owner_user_name", query=sql.UpdateQueryRequestQuery(owner_user_name=ADA))
    own.alerts_v2.create_alert(
        sql.AlertV2(
            display_name="too few",
            parent_path="/Shared/etl",
            query_text="select 1",
            warehouse_id=warehouse,
            evaluation=sql.AlertV2Evaluation(
                comparison_operator=sql.ComparisonOperator.LESS_THAN, source=sql.AlertV2OperandColumn(name="n")
            ),
            schedule=sql.CronSchedule(quartz_cron_schedule="0 0 8 * * ?", timezone_id="UTC"),
        )
    )

    repo = own.repos.create(os.environ["REMOTE"], "gitHub", path="/Repos/team/etl")
    own.repos.update(repo.id, branch="dev")


def grants(kind, object_id):
    """The direct permissions of others than the caller."""
    entries = own.permissions.get(kind, object_id).access_control_list or []
    named = [(one.user_name or one.group_name or one.service_principal_name, one.all_permissions or []) for one in entries]
    direct = [[name, [one.permission_level.value for one in all if not one.inherited]] for name, all in named if name != me]
    return sorted(one for one in direct if one[1])


def tree():
    kinds = {ObjectType.NOTEBOOK: "notebooks", ObjectType.FILE: "files", ObjectType.DIRECTORY: "directories"}
    for each in own.workspace.list("/", recursive=True):
        content = None
        if each.object_type == ObjectType.NOTEBOOK:
            content = base64.b64decode(own.workspace.export(each.path, format=ExportFormat.JUPYTER).content).decode()
        if each.object_type == ObjectType.FILE:
            content = list(own.workspace.download(each.path).read())
        language = each.language and each.language.value
        kind = kinds.get(each.object_type)
        yield [each.path, each.object_type.value, language, content, kind and grants(kind, each.object_id)]


def boards():
    for each in own.lakeview.list():
        draft = own.lakeview.get(each.dashboard_id)
        try:
            published = own.lakeview.get_published(each.dashboard_id)
            shown = [published.embed_credentials, warehouses[published.warehouse_id]]
        except NotFound:
            shown = None
        schedules = [
            [
                *[one.display_name, one.cron_schedule.as_dict(), one.pause_status.value],
                [who.as_dict()["subscriber"] for who in own.lakeview.list_subscriptions(each.dashboard_id, one.schedule_id)],
            ]
            for one in own.lakeview.list_schedules(each.dashboard_id)
        ]
        yield [draft.path, draft.serialized_dashboard, warehouses[draft.warehouse_id], shown, sorted(schedules, key=str)]


def without(fields, *names):
    """What is said of an object, with the name of its warehouse, and without what differs between workspaces."""
    left_out = {"id", "create_time", "update_time", "lifecycle_state", *names}
    kept = {name: value for name, value in fields.items() if name not in left_out}
    return {**kept, "warehouse_id": warehouses[fields["warehouse_id"]]}


def queries():
    for each in own.queries.list():
        pictures = [[one.display_name, one.type, one.serialized_options] for one in own.queries.list_visualizations(each.id)]
        yield [without(own.queries.get(each.id).as_dict()), pictures, grants("queries", each.id)]


def alerts():
    for each in own.alerts_v2.list_alerts():
        alert = without(own.alerts_v2.get_alert(each.id).as_dict())
        # One that does not say so runs.
        alert["schedule"].setdefault("pause_status", "UNPAUSED")
        yield alert


def secrets():
    for scope in own.secrets.list_scopes():
        keys = [one.key for one in own.secrets.list_secrets(scope.name)]
        acls = [[one.principal, one.permission.value] for one in own.secrets.list_acls(scope.name) if one.principal != me]
        yield [scope.name, [[key, own.secrets.get_secret(scope.name, key).value] for key in keys], acls]


def read():
    repos = [own.repos.get(one.id).as_dict() for one in own.repos.list()]
    return {
        "tree": sorted(tree(), key=str),
        "dashboards": list(boards()),
        "queries": list(queries()),
        "alerts": list(alerts()),
        "secrets": list(secrets()),
        "repos": [{name: value for name, value in one.items() if name != "id"} for one in repos],
    }


print(json.dumps(fill() if sys.argv[1] == "fill" else read()))
