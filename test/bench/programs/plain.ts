// The arm `plain`: a dynamic provider written the usual way. Its closure is serialised into the state, each workspace has its
// own poller, and each is read on its own.
import * as pulumi from "@pulumi/pulumi";
import axios from "axios";
import { z } from "zod";

import { registered, workspaces } from "./stack";

const provider: pulumi.dynamic.ResourceProvider = {
    async create(inputs) {
        const url = `${process.env["DATABRICKS_HOST"]}/api/2.0/accounts/${process.env["DATABRICKS_ACCOUNT_ID"]}/workspaces`;
        const options = { headers: { authorization: `Bearer ${process.env["DATABRICKS_TOKEN"]}` } };
        const workspace = z.object({
            workspace_id: z.number(),
            workspace_status: z.string(),
            deployment_name: z.string(),
            creation_time: z.number(),
        });
        const body = {
            workspace_name: inputs["workspaceName"],
            aws_region: inputs["awsRegion"],
            credentials_id: inputs["credentialsId"],
            storage_configuration_id: inputs["storageConfigurationId"],
            managed_services_customer_managed_key_id: inputs["managedServicesCustomerManagedKeyId"],
        };
        let answer = workspace.parse((await axios.post(url, body, options)).data);
        const id = String(answer.workspace_id);
        while (answer.workspace_status === "PROVISIONING") {
            await new Promise((resolve) => setTimeout(resolve, 5000));
            answer = workspace.parse((await axios.get(`${url}/${id}`, options)).data);
        }
        if (answer.workspace_status !== "RUNNING") throw new Error(`workspace ${id} is ${answer.workspace_status}`);
        const outs = {
            ...inputs,
            workspaceId: id,
            workspaceStatus: answer.workspace_status,
            deploymentName: answer.deployment_name,
            creationTime: answer.creation_time,
        };
        return { id, outs };
    },
    async read(id, properties) {
        const url = `${process.env["DATABRICKS_HOST"]}/api/2.0/accounts/${process.env["DATABRICKS_ACCOUNT_ID"]}/workspaces`;
        const options = { headers: { authorization: `Bearer ${process.env["DATABRICKS_TOKEN"]}` } };
        const workspace = z.object({ workspace_status: z.string(), deployment_name: z.string() });
        const answer = workspace.parse((await axios.get(`${url}/${id}`, options)).data);
        const props = {
            ...properties,
            workspaceStatus: answer.workspace_status,
            deploymentName: answer.deployment_name,
        };
        return { id, props };
    },
    async delete(id) {
        const url = `${process.env["DATABRICKS_HOST"]}/api/2.0/accounts/${process.env["DATABRICKS_ACCOUNT_ID"]}/workspaces`;
        await axios.delete(`${url}/${id}`, { headers: { authorization: `Bearer ${process.env["DATABRICKS_TOKEN"]}` } });
    },
};

class PlainWorkspace extends pulumi.dynamic.Resource {
    constructor(name: string, inputs: pulumi.Inputs) {
        super(provider, name, {
            workspaceId: undefined,
            workspaceStatus: undefined,
            deploymentName: undefined,
            creationTime: undefined,
            ...inputs,
        });
    }
}

workspaces(PlainWorkspace, registered());
