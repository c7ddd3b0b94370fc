import { join } from "node:path";

import ts from "typescript";

import { componentTypes, isObjectType, objectTypes, PLUGIN_PACKAGE, tokenOf } from "../../provider/contract/kinds";
import { registry } from "../../provider/registry";
import { programOf } from "../helpers/compile";
import { commentOf } from "./comments";
import { configuration } from "./configuration";
import { target, Types } from "./types";

/** The folder of the repository. */
export const root = join(__dirname, "../../..");

/** The schema of the plugin as text, made from the definitions and from the classes with their doc comments. */
export function makeSchema(): string {
    const program = programOf([join(root, "sdk", "index.ts")], { module: ts.ModuleKind.Node20, strict: true });
    const checker = program.getTypeChecker();
    const types = new Types(checker);
    const resources = objectTypes.map((type) => [tokenOf(type), resourceOf(program, types, type)] as const);
    const components = componentTypes.map((type) => {
        const component = { isComponent: true, ...resourceOf(program, types, type) };
        return [tokenOf(type), component] as const;
    });
    const { awsMajor } = types;
    const schema = {
        name: PLUGIN_PACKAGE,
        displayName: "Databricks CMK",
        description: "Databricks workspaces on AWS under a customer-managed key",
        keywords: ["databricks", "aws", "kms", "category/infrastructure"],
        license: "Apache-2.0",
        meta: { moduleFormat: "(.*)" },
        language: {
            nodejs: { respectSchemaVersion: true, dependencies: { "@pulumi/aws": `^${awsMajor}.0.0` } },
            python: {
                respectSchemaVersion: true,
                pyproject: { enabled: true },
                requires: { pulumi: ">=3.0.0,<4.0.0", "pulumi-aws": `>=${awsMajor}.0.0,<${awsMajor + 1}.0.0` },
            },
            go: { respectSchemaVersion: true, generateResourceContainerTypes: true },
            csharp: {
                respectSchemaVersion: true,
                packageReferences: { Pulumi: "3.*", "Pulumi.Aws": `${awsMajor}.*` },
            },
            java: { dependencies: { "com.pulumi:aws": `${awsMajor}.0.0` } },
        },
        config: { variables: configuration() },
        provider: {
            description: "The configuration of the package. The credential is that of all Databricks tools.",
            inputProperties: configuration(),
        },
        types: types.named,
        resources: Object.fromEntries([...resources, ...components]),
    };
    return `${JSON.stringify(schema, undefined, 2)}\n`;
}

function resourceOf(program: ts.Program, types: Types, type: string) {
    const declaration = declarationOf(program, type, ts.isClassDeclaration);
    const members = types.membersOf(declarationOf(program, `${type}Args`, ts.isInterfaceDeclaration));
    const inputs = members.map((member) => propertyOf(types, member, type, "inputs"));
    const outputs = declaration.members
        .filter(ts.isPropertyDeclaration)
        .map((member) => propertyOf(types, member, type, "outputs"));
    return {
        ...commentOf(declaration),
        inputProperties: byName(inputs),
        requiredInputs: required(inputs),
        properties: byName(outputs),
        required: required(outputs),
    };
}

interface Property {
    readonly name: string;
    readonly spec: Readonly<Record<string, unknown>>;
    readonly isOptional: boolean;
}

function propertyOf(
    types: Types,
    member: ts.PropertySignature | ts.PropertyDeclaration,
    type: string,
    place: "inputs" | "outputs",
): Property {
    const name = member.name.getText();
    const { spec, isOptional } = types.propertyOf(member, type, place);
    const replaces = place === "inputs" && isReplacing(type, name) ? { willReplaceOnChanges: true } : {};
    return { name, spec: { ...spec, ...commentOf(member), ...replaces }, isOptional };
}

/** Whether every change of an input replaces its object, by the definition. */
function isReplacing(type: string, name: string): boolean {
    if (!isObjectType(type)) return false;
    const { fields } = registry[type].definition;
    const rules = Object.entries(fields).filter(([path]) => path === name || path.startsWith(`${name}.`));
    return rules.length > 0 && rules.every(([, { onChange = "replace" }]) => onChange === "replace");
}

function declarationOf<Node extends ts.Declaration>(
    program: ts.Program,
    name: string,
    isIt: (node: ts.Node) => node is Node,
) {
    const checker = program.getTypeChecker();
    for (const file of program.getSourceFiles().filter(({ fileName }) => /\/sdk\/[^/]+\/[^/]+\.ts$/.test(fileName))) {
        const exports = checker.getSymbolAtLocation(file);
        const symbol = exports && checker.getExportsOfModule(exports).find((one) => one.name === name);
        const declaration = symbol && target(checker, symbol).declarations?.find(isIt);
        if (declaration !== undefined) return declaration;
    }
    throw new Error(`sdk/ has no ${name}`);
}

function byName(properties: readonly Property[]) {
    return Object.fromEntries(properties.map(({ name, spec }) => [name, spec]));
}

function required(properties: readonly Property[]): string[] {
    return properties.filter(({ isOptional }) => !isOptional).map(({ name }) => name);
}
