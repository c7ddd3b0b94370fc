"""What a workspace's key encrypts beside its tree, through Databricks' SDK for Python: secrets, a published dashboard with a
schedule, queries, alerts, git folders. Prints what each step found, one JSON object. Run by python.test.ts in the environment
of a local cloud with one workspace, which has the users ada@example.com and the group data, and whose remote REMOTE is private."""

import base64
import json
import os

from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk.service import dashboards, sql
from databricks.sdk.service.workspace import AclPermission

found = {}
account = AccountClient()
(workspace,) = account.workspaces.list()
own = WorkspaceClient(host=account.config.host, workspace_id=str(workspace.workspace_id))


def refusal(call):
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return None


# Secrets.
own.secrets.create_scope("etl")
own.secrets.put_secret("etl", "text", string_value="grün")
own.secrets.put_secret("etl", "bytes", bytes_value=base64.b64encode(bytes([0, 255])).decode())
own.secrets.put_acl("etl", "data", AclPermission.READ)
found["scopes"] = [[scope.name, scope.backend_type.value] for scope in own.secrets.list_scopes()]
found["keys"] = [secret.key for secret in own.secrets.list_secrets("etl")]
found["values"] = [list(base64.b64decode(own.secrets.get_secret("etl", key).value)) for key in found["keys"]]
found["acls"] = {acl.principal: acl.permission.value for acl in own.secrets.list_acls("etl")}
found["acl"] = own.secrets.get_acl("etl", "data").permission.value
own.secrets.delete_acl("etl", "data")
own.secrets.delete_secret("etl", "bytes")
found["noSecret"] = refusal(lambda: own.secrets.get_secret("etl", "bytes"))

# A dashboard, which is published and has a schedule with a subscriber.
(warehouse,) = own.warehouses.list()
draft = own.lakeview.create(
    dashboards.Dashboard(
        display_name="sales", parent_path="/Shared", serialized_dashboard='{"pages":[]}', warehouse_id=warehouse.id
    )
)
found["notPublished"] = refusal(lambda: own.lakeview.get_published(draft.dashboard_id))
own.lakeview.publish(draft.dashboard_id, embed_credentials=True)
published = own.lakeview.get_published(draft.dashboard_id)
found["published"] = [published.display_name, published.embed_credentials, published.warehouse_id == warehouse.id]
cron = dashboards.CronSchedule(quartz_cron_expression="0 0 8 * * ?", timezone_id="UTC")
schedule = own.lakeview.create_schedule(
    draft.dashboard_id, dashboards.Schedule(cron_schedule=cron, display_name="daily")
)
ada = next(iter(own.users.list(filter='userName eq "ada@example.com"')))
own.lakeview.create_subscription(
    draft.dashboard_id,
    schedule.schedule_id,
    dashboards.Subscription(
        subscriber=dashboards.Subscriber(
            user_subscriber=dashboards.SubscriptionSubscriberUser(user_id=int(ada.id))
        )
    ),
)
own.lakeview.update_schedule(
    draft.dashboard_id,
    schedule.schedule_id,
    dashboards.Schedule(
        cron_schedule=cron,
        display_name="daily",
        etag=schedule.etag,
        pause_status=dashboards.SchedulePauseStatus.PAUSED,
    ),
)
found["schedules"] = [
    [each.display_name, each.pause_status.value, each.cron_schedule.quartz_cron_expression]
    for each in own.lakeview.list_schedules(draft.dashboard_id)
]
found["subscribers"] = [
    str(each.subscriber.user_subscriber.user_id) == ada.id
    for each in own.lakeview.list_subscriptions(draft.dashboard_id, schedule.schedule_id)
]
found["dashboards"] = [each.display_name for each in own.lakeview.list()]

# Queries and alerts.
query = own.queries.create(
    query=sql.CreateQueryRequestQuery(
        display_name="sales",
        parent_path="/Shared",
        query_text="select 1",
        warehouse_id=warehouse.id,
        parameters=[sql.QueryParameter(name="day", text_value=sql.TextValue(value="monday"))],
    )
)
own.queries.update(
    query.id,
    "owner_user_name,query_text",
    query=sql.UpdateQueryRequestQuery(owner_user_name="ada@example.com", query_text="select 2"),
)
read = own.queries.get(query.id)
found["query"] = [read.query_text, read.owner_user_name, read.parent_path, read.parameters[0].text_value.value]
own.queries.create(query=sql.CreateQueryRequestQuery(display_name="other"))
found["queries"] = [each.display_name for each in own.queries.list(page_size=1)]
alert = own.alerts_v2.create_alert(
    sql.AlertV2(
        display_name="too few",
        parent_path="/Shared",
        query_text="select 1",
        warehouse_id=warehouse.id,
        evaluation=sql.AlertV2Evaluation(
            comparison_operator=sql.ComparisonOperator.LESS_THAN, source=sql.AlertV2OperandColumn(name="n")
        ),
        schedule=sql.CronSchedule(quartz_cron_schedule="0 0 8 * * ?", timezone_id="UTC"),
    )
)
alert.schedule.pause_status = sql.SchedulePauseStatus.PAUSED
own.alerts_v2.update_alert(alert.id, alert, "schedule")
found["alerts"] = [[each.display_name, each.schedule.pause_status.value] for each in own.alerts_v2.list_alerts()]
own.alerts.create(
    alert=sql.CreateAlertRequestAlert(
        display_name="former",
        query_id=query.id,
        condition=sql.AlertCondition(op=sql.AlertOperator.LESS_THAN),
    )
)
found["legacyAlerts"] = [each.display_name for each in own.alerts.list()]
own.queries.delete(query.id)
found["trashed"] = own.queries.get(query.id).lifecycle_state.value

# A git folder of a private remote.
url = os.environ["REMOTE"]
create = lambda: own.repos.create(url, "gitHub", path="/Repos/team/etl")
found["noCredential"] = refusal(create)
own.git_credentials.create("gitHub", git_username="bot", personal_access_token="token")
found["credentials"] = [[each.git_provider, each.git_username] for each in own.git_credentials.list()]
repo = create()
own.repos.update(repo.id, branch="dev")
read = own.repos.get(repo.id)
found["repo"] = [repo.branch, read.branch, read.head_commit_id != repo.head_commit_id, read.url == url]
found["files"] = [each.path for each in own.workspace.list("/Repos/team/etl")]
print(json.dumps(found))
