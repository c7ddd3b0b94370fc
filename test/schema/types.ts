import { readFileSync } from "node:fs";

import ts from "typescript";

import { tokenOf } from "../../provider/contract/kinds";
import { commentOf } from "./comments";

/** The version of the AWS provider whose schema has the resources that the components make. */
const { version: awsVersion }: { version: string } = JSON.parse(
    readFileSync(require.resolve("@pulumi/aws/package.json"), "utf8"),
);

/** A type of a property in the form of a Pulumi schema. */
export type TypeSpec = Readonly<Record<string, unknown>>;

/** The types of the classes' properties, as a Pulumi schema spells them. */
export class Types {
    /** Every named type that a property refers to. */
    readonly named: Record<string, TypeSpec> = {};

    constructor(private readonly checker: ts.TypeChecker) {}

    /** The major version of the AWS provider whose resources the components make. */
    readonly awsMajor = Number(/^\d+/.exec(awsVersion)?.[0]);

    /** The members of an interface, with those of the interfaces that it extends. */
    membersOf(node: ts.Node): ts.PropertySignature[] {
        return this.checker
            .getPropertiesOfType(this.checker.getTypeAtLocation(node))
            .flatMap(({ declarations = [] }) => declarations)
            .filter(ts.isPropertySignature);
    }

    /** The type that a property declares, and whether it may be left out. */
    propertyOf(declaration: ts.PropertySignature | ts.PropertyDeclaration, owner: string, place: "inputs" | "outputs") {
        const { name, questionToken } = declaration;
        const type = this.typeOf(declaration);
        const inner = unwrapped(type);
        const spec = this.specOf(inner, `${owner}${capital(name.getText())}`, place);
        // What is no `pulumi.Input` decides what is made, so it has to be known.
        const plain = place === "inputs" && inner === type ? { plain: true } : {};
        return { spec: { ...spec, ...plain }, isOptional: questionToken !== undefined || isOptional(inner) };
    }

    /** The type that a property declares, also as that of another property (`Args["name"]`). */
    private typeOf(declaration: ts.PropertySignature | ts.PropertyDeclaration): ts.TypeNode {
        const { type, name } = declaration;
        if (type === undefined) throw new Error(`${name.getText()} has no type`);
        if (!ts.isIndexedAccessTypeNode(type)) return type;
        const index = type.indexType.getText().slice(1, -1);
        const found = this.membersOf(type.objectType).find((member) => member.name.getText() === index);
        return found === undefined ? type : this.typeOf(found);
    }

    private specOf(given: ts.TypeNode, name: string, place: "inputs" | "outputs"): TypeSpec {
        const type = unwrapped(given);
        if (ts.isUnionTypeNode(type)) {
            const members = type.types.filter((one) => one.kind !== ts.SyntaxKind.UndefinedKeyword);
            const possible = place === "inputs" ? members.filter((one) => this.classOf(one) === undefined) : members;
            const [only, ...others] = possible.map((one) => this.specOf(one, name, place));
            return others.length === 0 && only !== undefined ? only : { oneOf: [only, ...others] };
        }
        if (type.kind === ts.SyntaxKind.StringKeyword) return { type: "string" };
        if (type.kind === ts.SyntaxKind.BooleanKeyword) return { type: "boolean" };
        // Every number of this package is a whole one.
        if (type.kind === ts.SyntaxKind.NumberKeyword) return { type: place === "inputs" ? "integer" : "number" };
        if (ts.isTypeOperatorNode(type)) return this.specOf(type.type, name, place);
        if (ts.isArrayTypeNode(type)) return { type: "array", items: this.specOf(type.elementType, name, place) };
        if (ts.isTypeLiteralNode(type)) return this.objectOf(type.members, name, undefined, place);
        if (ts.isTypeReferenceNode(type)) return this.referenceOf(type, name, place);
        throw new Error(`${name} has a type that no schema can say: ${type.getText()}`);
    }

    private referenceOf(type: ts.TypeReferenceNode, named: string, place: "inputs" | "outputs"): TypeSpec {
        const name = type.typeName.getText();
        const [, value] = type.typeArguments ?? [];
        if (name === "Record" && value !== undefined)
            return { type: "object", additionalProperties: this.specOf(value, name, place) };
        // The arguments of something else, or some of them: an SDK would call the type as it calls those.
        if (/^(Pick|Omit)$|Args$/.test(name)) return this.objectOf(this.membersOf(type), named, undefined, place);
        const resource = this.classOf(type);
        if (resource !== undefined) return { $ref: resourceIn(resource) };
        const symbol = this.checker.getSymbolAtLocation(type.typeName);
        const declared = symbol && this.checker.getDeclaredTypeOfSymbol(symbol).aliasSymbol?.declarations?.[0];
        const [declaration] = (symbol && target(this.checker, symbol).declarations) ?? [];
        const found = declaration ?? declared;
        if (found !== undefined && ts.isInterfaceDeclaration(found))
            return this.objectOf(found.members, name, found, place);
        if (found !== undefined && ts.isTypeAliasDeclaration(found)) return this.enumOf(found, name);
        throw new Error(`${name} is neither an interface nor a list of words`);
    }

    /** The class that a type names, which is that of a resource. */
    private classOf(type: ts.TypeNode): ts.ClassDeclaration | undefined {
        if (!ts.isTypeReferenceNode(type)) return undefined;
        return this.checker.getTypeAtLocation(type).getSymbol()?.declarations?.find(ts.isClassDeclaration);
    }

    private objectOf(
        members: readonly ts.TypeElement[],
        name: string,
        node: ts.Node | undefined,
        place: "inputs" | "outputs",
    ) {
        const properties = members.filter(ts.isPropertySignature).map((member) => {
            const { spec, isOptional: mayMiss } = this.propertyOf(member, name, place);
            return { name: member.name.getText(), spec: { ...spec, ...commentOf(member) }, mayMiss };
        });
        return this.refer(name, {
            ...(node === undefined ? {} : commentOf(node)),
            type: "object",
            properties: Object.fromEntries(properties.map(({ name: key, spec }) => [key, spec])),
            required: properties.filter(({ mayMiss }) => !mayMiss).map(({ name: key }) => key),
        });
    }

    private enumOf(declaration: ts.TypeAliasDeclaration, name: string): TypeSpec {
        const { type } = declaration;
        if (!ts.isUnionTypeNode(type)) throw new Error(`${name} is no list of words`);
        const words = type.types.map((member) => {
            const literal = ts.isLiteralTypeNode(member) ? member.literal : undefined;
            if (literal === undefined || !ts.isStringLiteral(literal)) throw new Error(`${name} is no list of words`);
            return { value: literal.text, ...commentOf(member) };
        });
        return this.refer(name, { ...commentOf(declaration), type: "string", enum: words });
    }

    private refer(name: string, spec: TypeSpec): TypeSpec {
        const token = tokenOf(name);
        this.named[token] = spec;
        return { $ref: `#/types/${token}` };
    }
}

/** A resource of this package, or of the AWS provider, whose files are named after its modules: `iam/role.d.ts` is `aws:iam/role`. */
function resourceIn(declaration: ts.ClassDeclaration): string {
    const name = declaration.name?.text ?? "";
    const [, file] = /\/@pulumi\/aws\/(.+)\.d\.ts$/.exec(declaration.getSourceFile().fileName) ?? [];
    if (file === undefined) return `#/resources/${tokenOf(name)}`;
    return `/aws/v${awsVersion}/schema.json#/resources/aws:${encodeURIComponent(file)}:${name}`;
}

/** What is inside `pulumi.Input` and `pulumi.Output`, and parentheses. */
function unwrapped(type: ts.TypeNode): ts.TypeNode {
    if (ts.isParenthesizedTypeNode(type)) return unwrapped(type.type);
    const [inner] = ts.isTypeReferenceNode(type) ? (type.typeArguments ?? []) : [];
    const isWrapper = ts.isTypeReferenceNode(type) && /^pulumi\.(Input|Output)$/.test(type.typeName.getText());
    return isWrapper && inner !== undefined ? unwrapped(inner) : type;
}

function isOptional(type: ts.TypeNode): boolean {
    return ts.isUnionTypeNode(type) && type.types.some((one) => one.kind === ts.SyntaxKind.UndefinedKeyword);
}

/** What a name stands for, also if it is imported. */
export function target(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
}

function capital(name: string): string {
    return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
