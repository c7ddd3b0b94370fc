import { withCode } from "../provider/contract/coded-message";

/** What needs packages that not every project has: a part of this package, and the packages by name. */
export interface PeerNeed {
    /** The part, as the error names it. */
    readonly part: string;
    /** Names of optional peer dependencies of this package. */
    readonly peers: readonly string[];
    /** Whether they belong under `devDependencies`. Default: false. */
    readonly dev?: boolean;
}

/**
 * Checks that optional peer dependencies are installed, before the part that needs them is loaded.
 *
 * @throws an error with the command that installs the missing ones.
 */
export function requirePeers({ part, peers, dev = false }: PeerNeed): void {
    const missing = peers.filter((peer) => !isInstalled(peer));
    if (missing.length === 0) return;
    const verb = missing.length === 1 ? "is" : "are";
    const command = `npm install ${dev ? "--save-dev " : ""}${missing.map(withMajorVersion).join(" ")}`;
    throw new Error(
        withCode(`${part} needs ${missing.join(", ")}, which ${verb} not installed. Run: ${command}`, "CMK1021"),
    );
}

function isInstalled(name: string): boolean {
    try {
        require.resolve(name);
        return true;
    } catch {
        return false;
    }
}

/** `@pulumi/aws@7`, from the range that this package's manifest gives. */
function withMajorVersion(name: string): string {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- read only for an error
    const manifest: { peerDependencies: Record<string, string> } = require("pulumi-databricks-cmk/package.json");
    const [major] = /\d+/.exec(manifest.peerDependencies[name] ?? "") ?? [];
    return [major === undefined ? name : `${name}@${major}`, ...(alongside[name] ?? [])].join(" ");
}

/** What keeps a peer within the oldest Node.js that this package takes: from 6.8 on, what fastify uses needs Node.js 22. */
const alongside: Readonly<Record<string, readonly string[]>> = { fastify: ["light-my-request@6.6"] };
