import { expect } from "chai";
import fc from "fast-check";

import { toRequestBody, fromResponse } from "../../provider/resource/mapping";
import { parseJson, writeJson } from "../../provider/api/json";
import type { ObjectDefinition } from "../../provider/resource/definition";
import { credentialsObject } from "../../provider/objects/credentials";
import { customerManagedKeyObject } from "../../provider/objects/customer-managed-key";
import { networkObject } from "../../provider/objects/network";
import { privateAccessSettingsObject } from "../../provider/objects/private-access-settings";
import { storageConfigurationObject } from "../../provider/objects/storage-configuration";
import { vpcEndpointObject } from "../../provider/objects/vpc-endpoint";
import { workspaceObject } from "../../provider/objects/workspace/definition";
import { ownerOfInputs } from "../../provider/contract/ownership-tag";
import { getPath, setPath, sameValue, UNKNOWN } from "../../provider/util/property-path";
import { Session } from "../../provider/runtime/session";
import { definitionOf } from "../../provider/registry";
import { StackIdentityHandler } from "../../provider/objects/stack-identity";
import { handlerOf } from "../helpers/provider-process";
import { fakeEnvironment } from "../helpers/environment";
import { sampleOf } from "../helpers/sample";

const objects: readonly ObjectDefinition[] = [
    credentialsObject,
    customerManagedKeyObject,
    networkObject,
    privateAccessSettingsObject,
    storageConfigurationObject,
    vpcEndpointObject,
    workspaceObject,
];
const session = new Session(fakeEnvironment({}));
const handlers = new Map(objects.map((object) => [object, handlerOf(object, session)]));

/** The lists that every answer holds. */

/** Inputs of an object with values of the kinds that the API gives, some left out. */
const inputsOf = (object: (typeof objects)[number]) => {
    const paths = Object.entries(object.fields).filter(
        ([, field]) => field.apiPath !== null && field.deprecatedAliasOf === undefined,
    );
    const kinds = paths.map(([, { responseSchema: answered, schema }]) => {
        const is = (value: unknown) => answered?.safeParse(value).success === true;
        const value: fc.Arbitrary<unknown> = is([])
            ? fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 })
            : is(true)
              ? fc.boolean()
              : is({})
                ? fc.dictionary(fc.stringMatching(/^[A-Za-z_][\w-]{0,20}$/), fc.string(), { minKeys: 1 })
                : fc.string({ minLength: 1 });
        // What the API always says is never left out.
        const always = answered !== undefined && !is(undefined) && !schema.safeParse(undefined).success;
        return always ? value : fc.option(value, { nil: undefined });
    });
    return fc.tuple(...kinds).map((values) => {
        const inputs: Record<string, unknown> = {};
        paths.forEach(([path], index) => setPath(inputs, path, values[index]));
        return inputs;
    });
};
const cases = fc.constantFrom(...objects).chain((object) => inputsOf(object).map((inputs) => ({ object, inputs })));

describe("properties", () => {
    it("what is written and read again is what it was, for every object", () => {
        fc.assert(
            fc.property(cases, ({ object, inputs }) => {
                const body = toRequestBody(object, inputs);
                const id = object.idField.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
                const answer = parseJson(writeJson({ ...body, [id]: "1", workspace_status: "RUNNING" })) as Record<
                    string,
                    unknown
                >;
                const back = fromResponse(object, answer);
                return Object.keys(object.fields).every(
                    (path) =>
                        object.fields[path]?.apiPath === null || sameValue(getPath(back, path), getPath(inputs, path)),
                );
            }),
            { numRuns: sampleOf(2_000) },
        );
    });

    it("what is compared with itself is no change, for every object", async () => {
        await fc.assert(
            fc.asyncProperty(cases, async ({ object, inputs }) => {
                const state = object === workspaceObject ? { ...inputs, workspaceStatus: "RUNNING" } : inputs;
                return (await handlers.get(object)?.diff("1", state, inputs))?.changes === false;
            }),
            { numRuns: sampleOf(2_000) },
        );
    });

    it("any JSON as old and new inputs: check never throws, and names only properties that are given or known", async () => {
        const names = objects.flatMap(({ fields }) => Object.keys(fields).flatMap((path) => path.split(".")));
        const anything = fc.dictionary(
            fc.oneof(
                fc.constantFrom(...names, "owner", "adopt", "__provider", "__proto__", "constructor"),
                fc.string(),
            ),
            fc.oneof(fc.jsonValue(), fc.constant(UNKNOWN), fc.uuid()),
        );
        await fc.assert(
            fc.asyncProperty(fc.constantFrom(...objects), anything, anything, async (object, olds, news) => {
                const { failures = [] } = (await handlers.get(object)?.check(olds, news)) ?? {};
                const roots = [...Object.keys(object.fields).map((path) => path.split(".")[0]), ...Object.keys(news)];
                return failures.every(
                    ({ property, reason }) =>
                        reason !== "" && roots.some((root) => property === root || property.startsWith(`${root}.`)),
                );
            }),
            { numRuns: sampleOf(2_000) },
        );
    });

    it("any JSON as an owner or a stack identity's state: never throws", async () => {
        const stackIdentity = new StackIdentityHandler(session, definitionOf);
        await fc.assert(
            fc.asyncProperty(fc.jsonValue(), fc.string(), async (value, name) => {
                ownerOfInputs({ owner: value });
                const { changes } = await stackIdentity.diff("1", { uuid: value });
                const made = (await stackIdentity.create()).outs["uuid"];
                const sound = await stackIdentity.diff("1", { uuid: made });
                return (
                    changes === true &&
                    sound.changes === false &&
                    ownerOfInputs({ owner: `${made}/${name}` })?.resource === name
                );
            }),
            { numRuns: sampleOf(2_000) },
        );
    });

    it("an order of a list or of names has no meaning", () => {
        expect(sameValue({ a: ["x", "y"], b: 1 }, { b: 1, a: ["y", "x"] })).to.equal(true);
        expect(sameValue(["x"], ["x", "x"])).to.equal(false);
        expect(sameValue(undefined, {})).to.equal(true);
    });
});
