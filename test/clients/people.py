"""People and metastores through Databricks' SDK for Python: SCIM of the account and of a workspace, permission assignments and
metastore assignments. Prints what each step found, one JSON object. Run by python.test.ts in the environment of a local cloud
with one workspace, whose metastore comes late."""

import json

from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk.service import catalog, iam

found = {}
account = AccountClient()
(workspace,) = account.workspaces.list()
id = workspace.workspace_id
own = WorkspaceClient(host=account.config.host, workspace_id=str(id))


def refusal(call):
    try:
        call()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return None


# The account's people, in both generations of the API.
ada = account.users.create(user_name="ada@example.com", display_name="Ada")
bob = account.users_v2.create(user_name="bob@example.com")
etl = account.service_principals.create(display_name="etl")
inner = account.groups.create(display_name="inner", members=[iam.ComplexValue(value=ada.id)])
outer = account.groups_v2.create(display_name="outer")
account.groups.patch(
    outer.id,
    operations=[iam.Patch(op=iam.PatchOp.ADD, path="members", value=[{"value": inner.id}, {"value": bob.id}])],
    schemas=[iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP],
)
account.groups_v2.patch(
    outer.id,
    operations=[iam.Patch(op=iam.PatchOp.REMOVE, path=f'members[value eq "{bob.id}"]')],
    schemas=[iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP],
)
found["exists"] = refusal(lambda: account.users.create(user_name="ada@example.com"))[0]
found["users"] = sorted(user.user_name for user in account.users.list(count=1))
found["byName"] = [user.id == ada.id for user in account.users_v2.list(filter='userName eq "ada@example.com"')]
found["members"] = [member.display for member in account.groups.get(outer.id).members]

# Metastores, and the assignments that wait for one.
found["noMetastore"] = refusal(lambda: account.metastore_assignments.get(id))[0]
found["notAvailable"] = refusal(lambda: account.workspace_assignment.list(id))
created = account.metastores.create(
    metastore_info=catalog.CreateAccountsMetastore(name="main", region=workspace.aws_region)
).metastore_info
account.metastore_assignments.create(
    id,
    created.metastore_id,
    metastore_assignment=catalog.CreateMetastoreAssignment(
        workspace_id=id, metastore_id=created.metastore_id, default_catalog_name="main"
    ),
)
assigned = account.metastore_assignments.get(id).metastore_assignment
found["metastore"] = [
    assigned.workspace_id == id,
    assigned.metastore_id == created.metastore_id,
    account.metastores.get(created.metastore_id).metastore_info.name,
    "main" in [metastore.name for metastore in account.metastores.list()],
    list(account.metastore_assignments.list(created.metastore_id)) == [id],
]

# Who belongs to the workspace.
account.workspace_assignment.update(id, int(outer.id), permissions=[iam.WorkspacePermission.USER])
account.workspace_assignment.update(
    id, int(etl.id), permissions=[iam.WorkspacePermission.USER, iam.WorkspacePermission.ADMIN]
)
found["assignments"] = sorted(
    [
        each.principal.group_name or each.principal.display_name,
        [permission.value for permission in each.permissions],
    ]
    for each in account.workspace_assignment.list(id)
    if each.principal.service_principal_name != account.config.client_id
)
found["levels"] = [each.permission_level.value for each in account.workspace_assignment.get(id).permissions]
found["workspaceUsers"] = sorted(user.user_name for user in own.users.list())
found["sameId"] = next(iter(own.users.list(filter='userName eq "ada@example.com"'))).id == ada.id

# The workspace's own SCIM.
cyd = own.users.create(user_name="cyd@example.com", entitlements=[iam.ComplexValue(value="allow-cluster-create")])
team = own.groups.create(display_name="team", members=[iam.ComplexValue(value=cyd.id)])
admins = next(iter(own.groups.list(filter='displayName eq "admins"')))
own.groups.patch(admins.id, operations=[iam.Patch(op=iam.PatchOp.ADD, value={"members": [{"value": team.id}]})])
found["kinds"] = {group.display_name: group.meta.resource_type for group in own.groups.list()}
found["entitlements"] = [each.value for each in own.users.get(cyd.id).entitlements]
found["groups"] = sorted(group.display for group in own.users.get(cyd.id).groups)
found["inAccount"] = account.users.get(cyd.id).user_name
found["home"] = own.workspace.get_status("/Users/cyd@example.com").object_type.value
found["protected"] = refusal(lambda: own.workspace.mkdirs("/Users/nobody@example.com/folder"))[1]
found["me"] = sorted(group.display for group in own.current_user.me().groups)

account.workspace_assignment.delete(id, int(outer.id))
account.workspace_assignment.update(id, int(etl.id), permissions=[])
own.groups.delete(team.id)
own.users.delete(cyd.id)
found["left"] = [user.user_name for user in own.users.list()]
found["stillInAccount"] = account.users.get(cyd.id).user_name
account.metastore_assignments.delete(id, created.metastore_id)
found["taken"] = refusal(lambda: account.metastore_assignments.get(id))[0]
for user in list(account.users.list()):
    account.users.delete(user.id)
found["nobody"] = [user.user_name for user in account.users.list()]
print(json.dumps(found))
