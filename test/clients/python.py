"""Databricks' SDK for Python as it is used against an account: through a service principal, each kind of object from its
creation to its deletion, and a workspace's notebooks, files and permissions. Prints what each step found, one JSON object.
Run by python.test.ts in the environment of a local cloud."""

import base64
import io
import json
import os

from databricks.sdk import AccountClient, WorkspaceClient
from databricks.sdk.errors import NotFound, ResourceDoesNotExist
from databricks.sdk.service import iam, provisioning
from databricks.sdk.service.workspace import ExportFormat, ImportFormat, Language

found = {}
account = AccountClient()

key = account.encryption_keys.create(
    use_cases=[provisioning.KeyUseCase.MANAGED_SERVICES],
    aws_key_info=provisioning.CreateAwsKeyInfo(key_arn=os.environ["KEY_ARN"]),
)
role = provisioning.CreateCredentialStsRole(role_arn="arn:aws:iam::123456789012:role/python")
credentials, other = [
    account.credentials.create(
        credentials_name=name, aws_credentials=provisioning.CreateCredentialAwsCredentials(sts_role=role)
    )
    for name in ("python", "python-other")
]
storage = account.storage.create(
    storage_configuration_name="python",
    root_bucket_info=provisioning.RootBucketInfo(bucket_name="python"),
)
endpoints = [
    account.vpc_endpoints.create(vpc_endpoint_name=name, aws_vpc_endpoint_id=aws_id, region="us-east-1")
    for name, aws_id in (("workspace", "vpce-0123456789abcdef2"), ("relay", "vpce-0123456789abcdef3"))
]
network = account.networks.create(
    network_name="python",
    vpc_id="vpc-0123456789abcdef0",
    subnet_ids=["subnet-0123456789abcdef2", "subnet-0123456789abcdef3"],
    security_group_ids=["sg-0123456789abcdef2"],
    vpc_endpoints=provisioning.NetworkVpcEndpoints(
        rest_api=[endpoints[0].vpc_endpoint_id], dataplane_relay=[endpoints[1].vpc_endpoint_id]
    ),
)
access = account.private_access.create(private_access_settings_name="python", region="us-east-1")
account.private_access.replace(
    access.private_access_settings_id,
    provisioning.PrivateAccessSettings(
        private_access_settings_name="python", region="us-east-1", public_access_enabled=True
    ),
)
found["replaced"] = account.private_access.get(access.private_access_settings_id).public_access_enabled

workspace = account.workspaces.create(
    workspace_name="python",
    aws_region="us-east-1",
    credentials_id=credentials.credentials_id,
    storage_configuration_id=storage.storage_configuration_id,
    network_id=network.network_id,
    private_access_settings_id=access.private_access_settings_id,
    managed_services_customer_managed_key_id=key.customer_managed_key_id,
).result()
found["created"] = workspace.workspace_status.value
found["storageMode"] = workspace.storage_mode.value
updated = account.workspaces.update(
    workspace.workspace_id,
    provisioning.Workspace(custom_tags={"team": "python"}, credentials_id=other.credentials_id),
    update_mask="custom_tags,credentials_id",
).result()
found["updated"] = [updated.custom_tags, updated.credentials_id == other.credentials_id]
found["listed"] = {
    "workspaces": len(list(account.workspaces.list())),
    "keys": len(list(account.encryption_keys.list())),
    "credentials": len(list(account.credentials.list())),
    "storage": len(list(account.storage.list())),
    "networks": len(list(account.networks.list())),
    "endpoints": len(list(account.vpc_endpoints.list())),
    "access": len(list(account.private_access.list())),
}

# The workspace by its own host, and by the account's host with the workspace's id.
path = f"/api/2.0/accounts/{account.config.account_id}/workspaces/{workspace.workspace_id}"
own = WorkspaceClient(host=account.api_client.do("GET", path)["workspace_url"])
unified = WorkspaceClient(host=account.config.host, workspace_id=str(workspace.workspace_id))
found["me"] = [client.current_user.me().user_name for client in (own, unified)]
found["workspaceId"] = own.get_workspace_id() == workspace.workspace_id

folder = "/Shared/team"
own.workspace.mkdirs(folder)
content = base64.b64encode(b"print('python')").decode()
own.workspace.import_(f"{folder}/notebook", content=content, format=ImportFormat.SOURCE, language=Language.PYTHON)
exported = own.workspace.export(f"{folder}/notebook", format=ExportFormat.SOURCE)
found["exported"] = base64.b64decode(exported.content).decode()
own.workspace.upload(f"{folder}/file.bin", io.BytesIO(bytes(range(256))), format=ImportFormat.AUTO)
with own.workspace.download(f"{folder}/file.bin", format=ExportFormat.AUTO) as downloaded:
    found["downloaded"] = downloaded.read() == bytes(range(256))
found["objects"] = sorted([object.path, object.object_type.value] for object in own.workspace.list(folder))
object_id = str(own.workspace.get_status(f"{folder}/notebook").object_id)
rule = iam.AccessControlRequest(group_name="users", permission_level=iam.PermissionLevel.CAN_READ)
own.permissions.update("notebooks", object_id, access_control_list=[rule])
found["permissions"] = [
    permission.permission_level.value
    for access_control in own.permissions.get("notebooks", object_id).access_control_list
    if access_control.group_name == "users"
    for permission in access_control.all_permissions
]
own.workspace.delete(folder, recursive=True)
try:
    own.workspace.get_status(folder)
except (NotFound, ResourceDoesNotExist) as error:
    found["gone"] = type(error).__name__

account.workspaces.delete(workspace.workspace_id)
account.private_access.delete(access.private_access_settings_id)
account.networks.delete(network.network_id)
for endpoint in endpoints:
    account.vpc_endpoints.delete(endpoint.vpc_endpoint_id)
account.storage.delete(storage.storage_configuration_id)
for each in (credentials, other):
    account.credentials.delete(each.credentials_id)
account.encryption_keys.delete(key.customer_managed_key_id)
print(json.dumps(found))
