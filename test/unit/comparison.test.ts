import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect } from "chai";

import * as sdk from "../../sdk";

const root = resolve(__dirname, "../../..");

/** What terraform-provider-databricks 1.128 has for accounts on AWS, by the names of its documentation. */
const upstream = {
    resources: [
        "mws_credentials",
        "mws_customer_managed_keys",
        "mws_log_delivery",
        "mws_ncc_binding",
        "mws_ncc_private_endpoint_rule",
        "mws_network_connectivity_config",
        "mws_networks",
        "mws_permission_assignment",
        "mws_private_access_settings",
        "mws_storage_configurations",
        "mws_vpc_endpoint",
        "mws_workspaces",
    ],
    dataSources: [
        "aws_assume_role_policy",
        "aws_bucket_policy",
        "aws_crossaccount_policy",
        "aws_unity_catalog_assume_role_policy",
        "aws_unity_catalog_policy",
        "current_config",
        "mws_credentials",
        "mws_network_connectivity_config",
        "mws_network_connectivity_configs",
        "mws_workspaces",
    ],
};

interface Row {
    isData: boolean;
    terraform: string[];
    pulumi: string[];
    ours: string[];
    remark: string;
}

/** The names in backticks. */
const names = (cell: string | undefined): string[] => [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name!);

function rows(): Row[] {
    const page = readFileSync(join(root, "docs", "coming-from-terraform.md"), "utf8");
    const lines = page.split("\n").filter((line) => line.startsWith("|"));
    return lines.slice(2).map((line) => {
        const [, terraform = "", pulumi, ours, remark = ""] = line.split("|").map((cell) => cell.trim());
        return {
            isData: terraform.startsWith("data "),
            terraform: names(terraform),
            pulumi: names(pulumi),
            ours: names(ours),
            remark,
        };
    });
}

/** What the package exports that a program calls or makes, without the output forms of the lookups. */
const offered = Object.entries(sdk).flatMap(([name, value]) =>
    typeof value === "function" && !name.endsWith("Output") ? [name] : [],
);

describe("the comparison with other tools", () => {
    it("names only what the package exports", () => {
        for (const name of rows().flatMap(({ ours }) => ours)) expect(sdk).to.have.property(name);
    });

    it("names every resource, component, lookup and policy document that the package exports", () => {
        expect(offered.length).to.be.above(20);
        expect(rows().flatMap(({ ours }) => ours)).to.include.members(offered);
    });

    it("has a row for everything that the others have for accounts on AWS", () => {
        const listed = (isData: boolean) => rows().flatMap((row) => (row.isData === isData ? row.terraform : []));
        expect(listed(false)).to.include.members(upstream.resources);
        expect(listed(true)).to.include.members(upstream.dataSources);
    });

    it("gives the name of both tools for each thing, and a reason for each gap", () => {
        const plain = (name: string) => name.replaceAll("_", "").toLowerCase();
        for (const { isData, terraform, pulumi, ours, remark } of rows()) {
            if (pulumi.length > 0 && pulumi.length === terraform.length) {
                expect(pulumi.map(plain)).to.deep.equal(terraform.map((name) => plain(isData ? `get_${name}` : name)));
            }
            if (ours.length === 0) expect(remark, terraform.join()).to.match(/^(Gap|Out of scope)/);
        }
    });

    it("stands for lookups that each have an output form", () => {
        const lookups = offered.filter((name) => /^get[A-Z]/.test(name));
        expect(lookups.length).to.be.above(8);
        for (const name of lookups) expect(sdk).to.have.property(`${name}Output`);
    });
});
