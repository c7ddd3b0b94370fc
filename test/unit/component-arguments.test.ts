import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { EncryptedWorkspace, EncryptionKey } from "../../sdk";

/** A component as a program in JavaScript makes it: the compiler checks no argument. */
type Untyped = new (name: string, args?: unknown) => unknown;
const workspace = EncryptedWorkspace as unknown as Untyped;
const key = EncryptionKey as unknown as Untyped;

/** What a component says of its arguments, one problem a line. */
function problemsOf(component: Untyped, args?: unknown): string[] {
    try {
        new component("w", args);
    } catch (error) {
        return String(error)
            .replace(/^Error: /, "")
            .split("\n")
            .map((line) => line.replace(/^\w+ "w": /, ""));
    }
    throw new Error("The arguments were not refused.");
}

describe("a component's arguments in JavaScript", () => {
    it("are refused all at once if their names are unknown, each with the name that was probably meant", () => {
        const args = { awsRegion: "us-east-1", Key: { keyArn: "arn" }, keyy: {}, onkeychange: "forbid" };
        expect(problemsOf(workspace, args)).to.deep.equal([
            "Key is not an argument: did you mean key?",
            "keyy is not an argument: did you mean key?",
            "onkeychange is not an argument: did you mean onKeyChange? [CMK1002]",
        ]);
    });

    it("are refused inside another argument too, with the whole path", () => {
        const args = {
            awsRegion: "us-east-1",
            key: { keyARN: "arn" },
            storageKey: { deletionWindow: 7 },
            network: { vpcID: "vpc-1", subnetIds: ["subnet-1"], securityGroupIds: "sg-1" },
        };
        expect(problemsOf(workspace, args)).to.deep.equal([
            "key.keyARN is not an argument: did you mean key.keyArn?",
            "storageKey.deletionWindow is not an argument: did you mean storageKey.deletionWindowInDays?",
            "network.vpcID is not an argument: did you mean network.vpcId?",
            "network.vpcId is missing: give it.",
            "network.securityGroupIds must be a list; it is a string. [CMK1002]",
        ]);
    });

    it("that resemble no name are listed beside the names that exist", () => {
        expect(problemsOf(key, { protect: true })[0]).to.match(
            /^protect is not an argument: remove it \(the arguments are useCases, accountId, .*, tags\)\. \[CMK1002\]$/,
        );
    });

    it("are refused all at once if their types are wrong, and no value is shown", () => {
        const args = {
            useCases: "STORAGE",
            keyArn: null,
            checkKey: "secret value",
            deletionWindowInDays: "secret value",
            tags: { team: 5 },
            sharedWithAccountIds: ["a", 7],
            enableKeyRotation: [],
        };
        expect(problemsOf(key, args)).to.deep.equal([
            "useCases must be a list; it is a string.",
            "keyArn must be a string; it is null: give a value, or leave it out.",
            "sharedWithAccountIds[1] must be a string; it is a number.",
            "checkKey must be true or false; it is a string.",
            "deletionWindowInDays must be a number; it is a string.",
            "enableKeyRotation must be true or false; it is a list.",
            "tags.team must be a string; it is a number. [CMK1002]",
        ]);
    });

    it("that are one of some words are refused with the words", () => {
        const args = { awsRegion: "us-east-1", onKeyChange: "never", computeMode: "serverless", migrateContent: "no" };
        expect(problemsOf(workspace, args)).to.deep.equal([
            'computeMode must be "HYBRID" or "SERVERLESS"; it is "serverless".',
            'onKeyChange must be "replace" or "forbid" or "update"; it is "never".',
            "migrateContent must be true or false; it is a string. [CMK1002]",
        ]);
        expect(problemsOf(key, { useCases: ["STORAGE", "NOTEBOOKS"] })).to.deep.equal([
            'useCases[1] must be "MANAGED_SERVICES" or "STORAGE"; it is "NOTEBOOKS". [CMK1002]',
        ]);
    });

    it("that are required are refused if they are missing", () => {
        expect(problemsOf(workspace, {})).to.deep.equal(["awsRegion is missing: give it. [CMK1002]"]);
    });

    for (const args of [undefined, null, "us-east-1", [], pulumi.output({}), Promise.resolve({})]) {
        it(`that are ${describeValue(args)} as a whole are refused with the names`, () => {
            expect(problemsOf(workspace, args)).to.match(/^the arguments must be an object with the names awsRegion, /);
        });
    }

    it("are refused if a resource stands for a key, with what to give instead", () => {
        const [problem, ...more] = problemsOf(workspace, { awsRegion: "us-east-1", key: { __pulumiResource: true } });
        expect(problem).to.match(/^key must be an EncryptionKey, .* give \{ keyArn: <its arn> \}/);
        expect(more).to.deep.equal([]);
    });

    it("that decide what is created are refused as outputs", () => {
        expect(problemsOf(key, { useCases: pulumi.output(["STORAGE"]) })).to.deep.equal([
            "useCases must be a list; it is an output or a promise: give a plain value, because it decides what is created. [CMK1002]",
        ]);
        expect(problemsOf(workspace, { awsRegion: "us-east-1", key: pulumi.output({}) })).to.have.length(1);
    });
});

describe("a component's arguments that may be outputs", () => {
    it("are taken as outputs and as promises, alone, in a list and in an object", () => {
        const later = pulumi.output("later");
        const args = {
            awsRegion: Promise.resolve("us-east-1"),
            tags: { team: later },
            customTags: pulumi.output({ team: "one" }),
            network: { vpcId: later, subnetIds: [later, "subnet-2"], securityGroupIds: later.apply((id) => [id]) },
            // Its own problem, the only one: everything before it was taken.
            networkId: later,
            credentialsId: later,
            bucketName: later,
            key: { keyArn: later },
        };
        expect(problemsOf(workspace, args)).to.deep.equal([
            "network is given, and networkId names a network that exists: leave one of them out. [CMK1002]",
        ]);
    });
});

/** What a value is, for a test's title. */
function describeValue(value: unknown): string {
    if (pulumi.Output.isInstance(value)) return "an output";
    if (value instanceof Promise) return "a promise";
    return JSON.stringify(value) ?? "undefined";
}
