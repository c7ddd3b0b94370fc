import { kinds, type ObjectType } from "../../provider/contract/kinds";
import { registry } from "../../provider/registry";
import { printable } from "../../provider/util/printable";
import { isRecord } from "../../provider/util/property-path";
import type { AccountContent, AdoptedObject } from "./account";
import { Names } from "./names";

/** How the program is cut into files. */
export type Layout = "one file" | "a file for each kind";

/** What the program exports. */
const URLS = "workspaceUrls";

/** An object with its names in the program. */
export interface Declared extends AdoptedObject {
    readonly resource: string;
    readonly variable: string;
}

/** The kinds of which inputs hold ids, by the inputs' paths. */
const references = new Map(
    Object.values(registry).flatMap(({ definition: { fields } }) =>
        Object.entries<{ references?: ObjectType }>(fields).flatMap(([path, { references: type }]) =>
            type === undefined ? [] : [[path, type] as const],
        ),
    ),
);

/** A text of the program, with the variables that it uses. */
class Code {
    readonly used = new Set<Declared>();

    constructor(private readonly byId: ReadonlyMap<string, Declared>) {}

    /** A value as the program writes it: ids of declared objects as their variables. */
    value(value: unknown, path: string, indent: string): string {
        if (typeof value === "string") return this.reference(path, value) ?? literal(value);
        const inner = `${indent}    `;
        if (Array.isArray(value)) return this.list(value, path, indent);
        if (!isRecord(value)) return String(JSON.stringify(value));
        const members = Object.entries(value).map(
            ([name, member]) => `${inner}${memberName(name)}: ${this.value(member, join(path, name), inner)},`,
        );
        return ["{", ...members, `${indent}}`].join("\n");
    }

    private list(values: readonly unknown[], path: string, indent: string): string {
        const inner = `${indent}    `;
        const items = values.map((value) => this.value(value, path, inner));
        const line = `[${items.join(", ")}]`;
        if (indent.length + line.length < 100 && !line.includes("\n")) return line;
        return ["[", ...items.map((item) => `${inner}${item},`), `${indent}]`].join("\n");
    }

    private reference(path: string, id: string): string | undefined {
        const type = references.get(path);
        const object = type === undefined ? undefined : this.byId.get(keyOf(type, id));
        if (object === undefined) return undefined;
        this.used.add(object);
        return `${object.variable}.${registry[object.type].definition.idField}`;
    }

    /** One object as a statement. */
    declaration({ type, id, inputs, ownershipTag, resource, variable }: Declared, exported: boolean): string {
        const owner = ownershipTag === undefined ? {} : { adoptFromOtherStack: true };
        const args = this.value({ adopt: id, ...owner, ...inputs }, "", "    ");
        return [
            `${exported ? "export " : ""}const ${variable} = new databricks.${type}(`,
            `    ${literal(resource)},`,
            `    ${args},`,
            "    { protect: true },",
            ");",
        ].join("\n");
    }
}

/** The program, as texts by file name. */
export function writeProgram(content: AccountContent, layout: Layout): ReadonlyMap<string, string> {
    const declared = nameObjects(content);
    const byId = new Map(declared.map((object) => [keyOf(object.type, object.id), object]));
    return layout === "one file" ? oneFile(content, declared, byId) : fileForEachKind(content, declared, byId);
}

/** The objects with the names that the program gives them: the same for the same content. */
export function nameObjects({ objects }: AccountContent): Declared[] {
    const names = new Names([URLS]);
    return objects.map((object) => ({ ...object, ...names.add(object.type, object.name) }));
}

type ById = ReadonlyMap<string, Declared>;

const IMPORT = 'import * as databricks from "pulumi-databricks-cmk";';

function oneFile(content: AccountContent, declared: readonly Declared[], byId: ById): ReadonlyMap<string, string> {
    const code = new Code(byId);
    const parts = [...declared.map((object) => code.declaration(object, false)), ...urls(declared)];
    const start = declared.length === 0 ? [] : [IMPORT];
    return new Map([["index.ts", text([...head(content), ...start], parts)]]);
}

function fileForEachKind(
    content: AccountContent,
    declared: readonly Declared[],
    byId: ById,
): ReadonlyMap<string, string> {
    const files = new Map<string, string>();
    const types = [...new Set(declared.map(({ type }) => type))];
    for (const type of types) {
        const code = new Code(byId);
        const parts = declared.filter((object) => object.type === type).map((object) => code.declaration(object, true));
        files.set(`${fileOf(type)}.ts`, text([IMPORT, ...imports([...code.used])], parts));
    }
    const workspaces = declared.filter(({ type }) => type === "Workspace");
    const others = types.filter((type) => type !== "Workspace").map((type) => `import "./${fileOf(type)}";`);
    files.set("index.ts", text([...head(content), ...others, ...imports(workspaces)], urls(declared)));
    return files;
}

/** The imports of some objects' variables, a line for each file. */
function imports(objects: readonly Declared[]): string[] {
    return [...new Set(objects.map(({ type }) => type))].map((type) => {
        const variables = objects.filter((object) => object.type === type).map(({ variable }) => variable);
        const line = `import { ${variables.sort().join(", ")} } from "./${fileOf(type)}";`;
        if (line.length <= 120) return line;
        return ["import {", ...variables.map((variable) => `    ${variable},`), `} from "./${fileOf(type)}";`].join(
            "\n",
        );
    });
}

function urls(declared: readonly Declared[]): string[] {
    const members = declared
        .filter(({ type }) => type === "Workspace")
        .map(({ resource, variable }) => `    ${literal(resource)}: ${variable}.workspaceUrl,`);
    return members.length === 0 ? [] : [[`export const ${URLS} = {`, ...members, "};"].join("\n")];
}

function head({ accountId, leftOut, notes }: AccountContent): string[] {
    return [
        `Written by \`pulumi-databricks-cmk adopt\` from the account ${accountId}. \`pulumi up\` adopts what there is and changes`,
        "nothing; from then on the stack owns it. `protect` keeps it from being deleted or replaced.",
        ...notes,
        ...leftOut.map(({ what, reason }) => `Left out: ${what} ${reason}.`),
    ].map((line) => `// ${printable(line)}`);
}

function text(start: readonly string[], parts: readonly string[]): string {
    return `${[start.join("\n"), ...parts].filter((part) => part !== "").join("\n\n")}\n`;
}

/** `customer-managed-keys` for CustomerManagedKey: the name of the kind's list, in lower case. */
function fileOf(type: ObjectType): string {
    return kinds[type].list.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function keyOf(type: ObjectType, id: string): string {
    return `${type} ${id.toLowerCase()}`;
}

function join(path: string, name: string): string {
    return path === "" ? name : `${path}.${name}`;
}

/** A string literal: with the characters that cannot be seen, or that turn the direction of a line, as escapes. */
function literal(value: string): string {
    return printable(JSON.stringify(value));
}

/** A member's name; `__proto__` in an object literal would be its prototype. */
function memberName(name: string): string {
    if (name === "__proto__") return '["__proto__"]';
    return /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);
}
