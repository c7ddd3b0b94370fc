import ts from "typescript";

import { tokenOf } from "../../plugin/words";
import { commentOf } from "./comments";

/** A type of a property in the form of a Pulumi schema. */
export type TypeSpec = Readonly<Record<string, unknown>>;

/** The types of the classes' properties, as a Pulumi schema spells them. */
export class Types {
    /** Every named type that a property refers to. */
    readonly named: Record<string, TypeSpec> = {};

    constructor(private readonly checker: ts.TypeChecker) {}

    /** The type that a property declares, and whether it may be left out. */
    propertyOf(declaration: ts.PropertySignature | ts.PropertyDeclaration, owner: string, place: "inputs" | "outputs") {
        const { type, name, questionToken } = declaration;
        if (type === undefined) throw new Error(`${owner}.${name.getText()} has no type`);
        const inner = unwrapped(type);
        const spec = this.specOf(inner, `${owner}${capital(name.getText())}`, place);
        return { spec, isOptional: questionToken !== undefined || isOptional(inner) };
    }

    private specOf(given: ts.TypeNode, name: string, place: "inputs" | "outputs"): TypeSpec {
        const type = unwrapped(given);
        if (ts.isUnionTypeNode(type)) {
            const members = type.types.filter((one) => one.kind !== ts.SyntaxKind.UndefinedKeyword);
            const [only, ...others] = members.map((one) => this.specOf(one, name, place));
            return others.length === 0 && only !== undefined ? only : { oneOf: [only, ...others] };
        }
        if (type.kind === ts.SyntaxKind.StringKeyword) return { type: "string" };
        if (type.kind === ts.SyntaxKind.BooleanKeyword) return { type: "boolean" };
        // Every number of this package is a whole one.
        if (type.kind === ts.SyntaxKind.NumberKeyword) return { type: place === "inputs" ? "integer" : "number" };
        if (ts.isArrayTypeNode(type)) return { type: "array", items: this.specOf(type.elementType, name, place) };
        if (ts.isTypeLiteralNode(type)) return this.objectOf(type.members, name, undefined, place);
        if (ts.isTypeReferenceNode(type)) return this.referenceOf(type, place);
        throw new Error(`${name} has a type that no schema can say: ${type.getText()}`);
    }

    private referenceOf(type: ts.TypeReferenceNode, place: "inputs" | "outputs"): TypeSpec {
        const name = type.typeName.getText();
        const [, value] = type.typeArguments ?? [];
        if (name === "Record" && value !== undefined)
            return { type: "object", additionalProperties: this.specOf(value, name, place) };
        const symbol = this.checker.getSymbolAtLocation(type.typeName);
        const declared = symbol && this.checker.getDeclaredTypeOfSymbol(symbol).aliasSymbol?.declarations?.[0];
        const [declaration] = (symbol && target(this.checker, symbol).declarations) ?? [];
        const found = declaration ?? declared;
        if (found !== undefined && ts.isInterfaceDeclaration(found))
            return this.objectOf(found.members, name, found, place);
        if (found !== undefined && ts.isTypeAliasDeclaration(found)) return this.enumOf(found, name);
        throw new Error(`${name} is neither an interface nor a list of words`);
    }

    private objectOf(
        members: ts.NodeArray<ts.TypeElement>,
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
        const words = (ts.isUnionTypeNode(type) ? type.types : []).map((member) => {
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
