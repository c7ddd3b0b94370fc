import { expect } from "chai";
import fc from "fast-check";

import { bodyOf, propertiesOf } from "../../provider/dialect";
import { parseJson, writeJson } from "../../provider/client/json";
import { ObjectHandler } from "../../provider/handler";
import { credentialsObject } from "../../provider/objects/credentials";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { networkObject } from "../../provider/objects/network";
import { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { vpcEndpointObject } from "../../provider/objects/vpc-endpoint";
import { workspaceObject } from "../../provider/objects/workspace";
import { at, put, sameValue } from "../../provider/properties";
import { Session } from "../../provider/session";
import { WorkspaceHandler } from "../../provider/workspace";
import { fakeWorld } from "./world";

const objects = [
    credentialsObject,
    customerManagedKeyObject,
    storageConfigurationObject,
    networkObject,
    vpcEndpointObject,
    privateAccessSettingsObject,
    workspaceObject,
];
const session = new Session(fakeWorld({}));
const handlers = new Map(
    objects.map((object) => [
        object,
        object === workspaceObject ? new WorkspaceHandler(object, session) : new ObjectHandler(object, session),
    ]),
);

/** The lists that every answer holds. */
const answeredAlways = new Set(["useCases", "subnetIds", "securityGroupIds"]);

/** Inputs of an object with values of the kinds that the API gives, some left out. */
const inputsOf = (object: (typeof objects)[number]) => {
    const paths = Object.entries(object.fields).filter(
        ([, field]) => field.api !== null && field.oldNameOf === undefined,
    );
    const kinds = paths.map(([path]) => {
        const value: fc.Arbitrary<unknown> = /^useCases$|(Ids|Apis|Relays)$/.test(path)
            ? fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 })
            : /(ClusterVolumes|Enabled)$/.test(path)
              ? fc.boolean()
              : path === "customTags"
                ? fc.dictionary(fc.stringMatching(/^[A-Za-z_][\w-]{0,20}$/), fc.string(), { minKeys: 1 })
                : fc.string({ minLength: 1 });
        return answeredAlways.has(path) ? value : fc.option(value, { nil: undefined });
    });
    return fc.tuple(...kinds).map((values) => {
        const inputs: Record<string, unknown> = {};
        paths.forEach(([path], index) => put(inputs, path, values[index]));
        return inputs;
    });
};
const cases = fc.constantFrom(...objects).chain((object) => inputsOf(object).map((inputs) => ({ object, inputs })));

describe("properties", () => {
    it("what is written and read again is what it was, for every object", () => {
        fc.assert(
            fc.property(cases, ({ object, inputs }) => {
                const body = bodyOf(object, inputs);
                const id = object.idField.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
                const answer = parseJson(writeJson({ ...body, [id]: "1", workspace_status: "RUNNING" })) as Record<
                    string,
                    unknown
                >;
                const back = propertiesOf(object, answer);
                return Object.keys(object.fields).every(
                    (path) => object.fields[path]?.api === null || sameValue(at(back, path), at(inputs, path)),
                );
            }),
            { numRuns: 10_000 },
        );
    });

    it("what is compared with itself is no change, for every object", async () => {
        await fc.assert(
            fc.asyncProperty(cases, async ({ object, inputs }) => {
                const state = object === workspaceObject ? { ...inputs, workspaceStatus: "RUNNING" } : inputs;
                return (await handlers.get(object)?.diff("1", state, inputs))?.changes === false;
            }),
            { numRuns: 10_000 },
        );
    });

    it("an order of a list or of names has no meaning", () => {
        expect(sameValue({ a: ["x", "y"], b: 1 }, { b: 1, a: ["y", "x"] })).to.equal(true);
        expect(sameValue(["x"], ["x", "x"])).to.equal(false);
        expect(sameValue(undefined, {})).to.equal(true);
    });
});
