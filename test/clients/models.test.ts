import { expect } from "chai";

import { fieldsLeftOut } from "../helpers/documented-fields";
import { shownFields } from "../helpers/shown-fields";
import { python, sayMissing } from "./clients";

/** What the local cloud shows beyond the SDK's models, as users' reports have it. */
const BEYOND: Readonly<Record<string, readonly string[]>> = {
    "provisioning.Workspace": ["effective_compute_mode", "is_no_public_ip_enabled"],
    "iam.ServicePrincipal": ["userName"],
};

const client = python();

if ("missing" in client) sayMissing("The models of Databricks' SDK for Python", client);
else
    describe("the models of Databricks' SDK for Python", () => {
        it("have the fields that the local cloud shows, and those that docs/service-behavior.md says it leaves out", async () => {
            const [shown, leftOut] = [await shownFields(), fieldsLeftOut()];
            const models = await client.run("models.py", ...leftOut.keys())({});
            for (const [model, fields] of leftOut) {
                const known = [...(shown.get(model) ?? [])].filter((field) => !BEYOND[model]?.includes(field));
                expect(models[model], model).to.have.members([...known, ...fields]);
            }
        });
    });
