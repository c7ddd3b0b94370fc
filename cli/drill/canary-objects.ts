import type { WorkspaceContent } from "../../provider/migration/content";
import type { WorkspaceSecrets } from "../../provider/migration/workspace-secrets";
import { StepFailure } from "./wait";

/** The workspace's tree, as far as a drill uses it. */
export type CanaryContent = Pick<WorkspaceContent, "import" | "export" | "delete" | "find" | "list">;

/** The workspace's secrets, as far as a drill uses them. */
export type CanarySecrets = Pick<WorkspaceSecrets, "scopes" | "keys" | "createScope" | "put" | "value" | "deleteScope">;

/** What a drill writes, reads while the key is disabled and afterwards, and removes. */
export interface CanaryObject {
    readonly what: "notebook" | "dashboard" | "secret";
    /** Its path, or the name of its secret scope. */
    readonly place: string;
    write(text: string): Promise<void>;
    read(): Promise<string>;
    /** Whether a drill wrote it: a name alone does not prove that nobody needs it. */
    isOurs(): Promise<boolean>;
    /** Rejects if it is still there. */
    remove(): Promise<void>;
}

const FOLDER = "/Shared";
const NAME = "pulumi-databricks-cmk-drill-";
const EARLIER = new RegExp(`^(${FOLDER}/)?${NAME}[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\\.lvdash\\.json)?$`);
const MARK = "Written by `pulumi-databricks-cmk drill`; may be deleted.";

/** The name of the only secret in a scope. */
const KEY = "pulumi-databricks-cmk-drill";

/** The canaries of one drill. */
export function canaryObjects(content: CanaryContent, secrets: CanarySecrets, id: string): readonly CanaryObject[] {
    const path = `${FOLDER}/${NAME}${id}`;
    return [
        new TreeCanary(content, "notebook", path),
        new TreeCanary(content, "dashboard", `${path}.lvdash.json`),
        new SecretCanary(secrets, `${NAME}${id}`),
    ];
}

/** What may be the canaries of drills that were killed. */
export async function earlierCanaries(
    content: CanaryContent,
    secrets: CanarySecrets,
): Promise<readonly CanaryObject[]> {
    const inTree = ((await content.list(FOLDER)) ?? []).flatMap(({ path, type }) =>
        EARLIER.test(path) && (type === "NOTEBOOK" || type === "DASHBOARD")
            ? [new TreeCanary(content, type === "NOTEBOOK" ? "notebook" : "dashboard", path)]
            : [],
    );
    const scopes = (await secrets.scopes()).filter(({ name, isOwn }) => isOwn && EARLIER.test(name));
    return [...inTree, ...scopes.map(({ name }) => new SecretCanary(secrets, name))];
}

class TreeCanary implements CanaryObject {
    constructor(
        private readonly content: CanaryContent,
        readonly what: "notebook" | "dashboard",
        readonly place: string,
    ) {}

    async write(text: string): Promise<void> {
        const line = `${MARK} ${text}`;
        const dashboard = { pages: [{ name: "drill", displayName: line, layout: [] }] };
        await this.content.import(
            this.place,
            this.what === "notebook"
                ? { format: "SOURCE", language: "PYTHON", bytes: Buffer.from(`# ${line}\n`) }
                : { format: "AUTO", bytes: Buffer.from(JSON.stringify(dashboard)) },
        );
    }

    async read(): Promise<string> {
        const type = this.what === "notebook" ? "NOTEBOOK" : "DASHBOARD";
        const object = { path: this.place, type, typeName: type, id: "0" } as const;
        return String(await this.content.export(object, type === "NOTEBOOK" ? "SOURCE" : "AUTO"));
    }

    async isOurs(): Promise<boolean> {
        return (await this.read()).includes(MARK);
    }

    async remove(): Promise<void> {
        await this.content.delete(this.place);
        if ((await this.content.find(this.place)) !== undefined) throw new StepFailure(`${this.place} is still there`);
    }
}

class SecretCanary implements CanaryObject {
    readonly what = "secret";

    constructor(
        private readonly secrets: CanarySecrets,
        readonly place: string,
    ) {}

    async write(text: string): Promise<void> {
        await this.secrets.createScope(this.place);
        await this.secrets.put(this.place, KEY, Buffer.from(text));
    }

    async read(): Promise<string> {
        return String(await this.secrets.value(this.place, KEY));
    }

    /** Its value may not be given, or may not have been put any more. */
    async isOurs(): Promise<boolean> {
        return [...((await this.secrets.keys(this.place)) ?? [])].every(([key]) => key === KEY);
    }

    async remove(): Promise<void> {
        await this.secrets.deleteScope(this.place);
        if ((await this.secrets.keys(this.place)) !== undefined)
            throw new StepFailure(`the secret scope ${this.place} is still there`);
    }
}
