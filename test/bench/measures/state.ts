import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import type { ArmName } from "../arms";
import { byArm, type Measure } from "../bench";
import { declaredOutputs, type Remainder, stateRemainder } from "../state-remainder";
import { atMost } from "../table";

/** The goal, in bytes. */
const REMAINDER = 400;

/** The inputs of a workspace in the programs of all arms. */
const given = [
    "workspaceName",
    "awsRegion",
    "credentialsId",
    "storageConfigurationId",
    "managedServicesCustomerManagedKeyId",
];

/** State of a workspace besides its inputs, its documented outputs and the engine's own fields. */
export const state: Measure = {
    name: "state",
    async measure(bench) {
        const types = readFileSync(join(resolve(__dirname, "../../.."), "sdk", "resources", "workspace.d.ts"), "utf8");
        const expected = { given, documented: declaredOutputs(types) };
        const remainders = new Map<ArmName, Remainder>();
        for (const name of bench.arms) {
            // What @pulumi/databricks documents is not known here, so nothing of it counts as remainder.
            if (name === "peer") continue;
            const resources = await (await bench.created(name)).arm.resources();
            const largest = resources
                .filter(({ urn }) => /::workspace-\d+$/.test(String(urn)))
                .map((resource) => stateRemainder(resource, expected))
                .sort((left, right) => right.bytes - left.bytes)[0];
            if (largest !== undefined) remainders.set(name, largest);
        }
        const figures = byArm(bench.arms, (name) => remainders.get(name)?.bytes);
        const parts = new Set([...remainders.values()].flatMap((remainder) => [...remainder.parts.keys()]));
        return [
            {
                measure: "state of a workspace beyond inputs and outputs",
                unit: "bytes",
                figures,
                goal: atMost(figures.ours, REMAINDER, `≤ ${REMAINDER} bytes`),
            },
            ...[...parts].map((part) => ({
                measure: `  ${part}`,
                unit: "bytes",
                figures: byArm(bench.arms, (name) => remainders.get(name)?.parts.get(part)),
            })),
        ];
    },
};
