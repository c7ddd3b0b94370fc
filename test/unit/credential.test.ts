import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect } from "chai";

import { findCredential } from "../../provider/api/credential";

const accountId = "0ac0ffee-1234-4abc-8def-00c0ffee1234";

function find(configuration: Record<string, string>, environment: Record<string, string> = {}) {
    return findCredential({
        configuration: (key) => configuration[key],
        environment: { HOME: "/nowhere", ...environment },
    });
}

describe("finding the credential", () => {
    it("takes the stack's configuration before the environment, and that before the profile", () => {
        const folder = mkdtempSync(join(tmpdir(), "credential-"));
        const file = join(folder, "databrickscfg");
        writeFileSync(
            file,
            `[DEFAULT]\nhost = https://accounts.cloud.databricks.us\naccount_id = ${accountId}\ntoken = of-profile\n`,
        );
        const environment = { DATABRICKS_CONFIG_FILE: file };
        try {
            expect(find({}, environment)).to.deep.equal({
                host: "https://accounts.cloud.databricks.us",
                accountId,
                as: { authType: "pat", token: "of-profile" },
                source: "profile DEFAULT of databrickscfg",
            });
            expect(find({}, { ...environment, DATABRICKS_TOKEN: "of-environment" }).as).to.deep.equal({
                authType: "pat",
                token: "of-environment",
            });
            expect(
                find(
                    { "databricks:clientId": "c", "databricks:clientSecret": "s" },
                    { ...environment, DATABRICKS_TOKEN: "t" },
                ).as,
            ).to.deep.equal({ authType: "oauth-m2m", clientId: "c", clientSecret: "s" });
        } finally {
            rmSync(folder, { recursive: true });
        }
    });

    it("lists what was looked for and where when nothing is given", () => {
        expect(() => find({})).to.throw(
            /databricks:accountId, DATABRICKS_ACCOUNT_ID, account_id.*databricks:token, DATABRICKS_TOKEN, token.*stack configuration, environment, profile DEFAULT/,
        );
    });

    it("refuses half a credential", () => {
        expect(() => find({ "databricks:accountId": accountId, "databricks:clientId": "c" })).to.throw(
            /half-given: databricks:clientId is set .* DATABRICKS_CLIENT_SECRET/,
        );
    });

    it("takes the halves of a service principal from two places", () => {
        expect(
            find({ "databricks:accountId": accountId, "databricks:clientId": "c" }, { DATABRICKS_CLIENT_SECRET: "s" })
                .as,
        ).to.deep.equal({ authType: "oauth-m2m", clientId: "c", clientSecret: "s" });
    });

    it("refuses plain http to anything but this machine", () => {
        const token = { "databricks:accountId": accountId, "databricks:token": "t" };
        expect(() => find({ ...token, "databricks:host": "http://accounts.cloud.databricks.com" })).to.throw(
            /plain http/,
        );
        expect(find({ ...token, "databricks:host": "http://127.0.0.1:8080/" }).host).to.equal("http://127.0.0.1:8080");
    });

    it("refuses a profile that is not there", () => {
        expect(() => find({ "databricks:profile": "nobody" })).to.throw(/profile "nobody" was asked for/);
    });
});
