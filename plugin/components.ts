import "../provider/contract/require-node"; // before what an old Node.js cannot load

import * as pulumi from "@pulumi/pulumi";

import { componentTypes, tokenOf } from "../provider/contract/kinds";
import { EncryptedWorkspace, EncryptionKey } from "../sdk";
import { serveByPlugin } from "../sdk/resources/served-by";
import { outputsOf } from "./package-files";

/** The process of the components: the classes of `sdk/` in Pulumi's own server, which knows how a program's values arrive. */
const classes: Readonly<Record<(typeof componentTypes)[number], new (...args: never) => pulumi.ComponentResource>> = {
    EncryptedWorkspace,
    EncryptionKey,
};

serveByPlugin();
process.once("disconnect", () => process.exit());
void pulumi.provider.main(
    {
        async construct(name, type, inputs, options) {
            const component = componentTypes.find((one) => tokenOf(one) === type);
            if (component === undefined) throw new Error(`The package has no component ${type}.`);
            const made = Reflect.construct(classes[component], [name, inputs, withTimeouts(options)]);
            const state = outputsOf(type).map((output) => [output, Reflect.get(made, output)]);
            return { urn: made.urn, state: Object.fromEntries(state) };
        },
    },
    process.argv.slice(2),
);

/** The options with the timeouts that the program gives: in a message the others are empty, and `delete` has another name. */
function withTimeouts(options: pulumi.ComponentResourceOptions): pulumi.ComponentResourceOptions {
    const given = Object.entries(options.customTimeouts ?? {}).filter(([, time]) => time !== "");
    const named = given.map(([name, time]) => [name.replace("pb_", ""), time]);
    return { ...options, customTimeouts: given.length === 0 ? undefined : Object.fromEntries(named) };
}
