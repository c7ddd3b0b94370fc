import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { kinds, type ResourceType, typeOf } from "../../provider/contract/kinds";
import { formatOwner, isStackUuid, newStackUuid } from "../../provider/contract/ownership-tag";
import { isRecord, type Properties } from "../../provider/util/property-path";
import { providerText } from "../../sdk/resources/provider-text";
import type { CommandIo } from "../command";
import type { AccountContent } from "./account";
import { nameObjects } from "./program";

/** The first version of the engine whose import file may carry inputs and outputs. Older ones ask the provider, whose code they lack. */
const FIRST_VERSION = [3, 254] as const;

/** How long the Pulumi CLI is waited for, in milliseconds. */
const CLI_TIMEOUT = 30_000;

const IDENTITY = "StackIdentity";

/** What the Pulumi CLI says of itself and of the stack that is selected in the working directory. */
export interface PulumiCli {
    /** `3.259.0`; `undefined` if there is no CLI. */
    readonly version: string | undefined;
    /** The uuid of the stack's identity; `undefined` if the stack has none, or if there is no stack. */
    readonly stackUuid: string | undefined;
}

/** Asks the Pulumi CLI. Whatever it does not say is unknown. */
export async function askPulumi(environment: CommandIo["environment"]): Promise<PulumiCli> {
    const ask = async (...args: string[]) => {
        const env = { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" };
        const options = { env, timeout: CLI_TIMEOUT, maxBuffer: 1024 ** 3 };
        try {
            return (await promisify(execFile)("pulumi", [...args, "--non-interactive"], options)).stdout;
        } catch {
            return "";
        }
    };
    const version = /^v?(\d+\.\d+\.\d+)/.exec((await ask("version")).trim())?.[1];
    return { version, stackUuid: version === undefined ? undefined : uuidIn(await ask("stack", "export")) };
}

/** What the user has to know of the import file before it is used. */
export function importNotes({ version, stackUuid }: PulumiCli, file: string): string[] {
    const first = FIRST_VERSION.join(".");
    const engine =
        version === undefined
            ? `The Pulumi CLI did not say its version: \`pulumi import\` takes this file from ${first} on.`
            : isNewEnough(version)
              ? `Now run: pulumi import --file ${file} --generate-code=false`
              : `The Pulumi CLI is ${version}, which cannot import this file: that needs ${first} or newer. With this version run \`pulumi up\` with the program, whose \`adopt\` takes the same objects over.`;
    const identity =
        stackUuid === undefined
            ? [
                  `No resource of this package was found in the state of the stack in this folder, so the file holds a new StackIdentity too. If the stack has one, select the stack (\`pulumi stack select\`) and run the command again.`,
              ]
            : [];
    return [...identity, engine];
}

/** Whether an engine of this version takes inputs and outputs from an import file. */
export function isNewEnough(version: string): boolean {
    const [major = 0, minor = 0] = version.split(".").map(Number);
    return major > FIRST_VERSION[0] || (major === FIRST_VERSION[0] && minor >= FIRST_VERSION[1]);
}

/**
 * The file for `pulumi import --file`, as text: each object with the name that the program gives it, and with its inputs and
 * outputs, so that the engine reads nothing and the state is what the program's `adopt` would have made it.
 *
 * @param stackUuid the stack's identity. Default: a new one, which the file holds then.
 */
export function writeImportFile(content: AccountContent, stackUuid?: string, now = Date.now()): string {
    const uuid = stackUuid ?? newStackUuid(now);
    const identity = stackUuid === undefined ? [entry(IDENTITY, "databricks-cmk", uuid, { uuid }, { uuid })] : [];
    const objects = nameObjects(content).map(({ type, id, resource, inputs, state, ownershipTag }) => {
        const owner = formatOwner({ stack: uuid, parentUrn: undefined, retained: false, resource });
        return entry(type, resource, id, { ...inputs, owner }, { ...state, owner: ownershipTag ?? owner });
    });
    return `${JSON.stringify({ resources: [...identity, ...objects] }, undefined, 4)}\n`;
}

function entry(type: ResourceType, name: string, id: string, inputs: Properties, outputs: Properties) {
    const __provider = providerText(kinds[type].handler);
    return { type: typeOf(type), name, id, inputs: { ...inputs, __provider }, outputs: { ...outputs, __provider } };
}

/** The uuid of the identity in an exported state. */
function uuidIn(exported: string): string | undefined {
    try {
        const state: unknown = JSON.parse(exported);
        const deployment = isRecord(state) ? state["deployment"] : undefined;
        const resources = isRecord(deployment) ? deployment["resources"] : undefined;
        const identity = Array.isArray(resources)
            ? resources.filter(isRecord).find(({ type }) => type === typeOf(IDENTITY))
            : undefined;
        const outputs = identity?.["outputs"];
        const uuid = isRecord(outputs) ? outputs["uuid"] : undefined;
        return typeof uuid === "string" && isStackUuid(uuid) ? uuid : undefined;
    } catch {
        return undefined;
    }
}
