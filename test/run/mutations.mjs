// @ts-check
// The mutations of a source file: small changes of its meaning, each of which some test should notice.
import ts from "typescript";

/**
 * A change of a source's text.
 * @typedef {{line: number, from: number, to: number, before: string, after: string}} Mutation
 */

/** @type {Partial<Record<ts.SyntaxKind, string>>} */
const OPERATORS = {
    [ts.SyntaxKind.EqualsEqualsEqualsToken]: "!==",
    [ts.SyntaxKind.ExclamationEqualsEqualsToken]: "===",
    [ts.SyntaxKind.LessThanToken]: "<=",
    [ts.SyntaxKind.LessThanEqualsToken]: "<",
    [ts.SyntaxKind.GreaterThanToken]: ">=",
    [ts.SyntaxKind.GreaterThanEqualsToken]: ">",
    [ts.SyntaxKind.AmpersandAmpersandToken]: "||",
    [ts.SyntaxKind.BarBarToken]: "&&",
    [ts.SyntaxKind.PlusToken]: "-",
    [ts.SyntaxKind.MinusToken]: "+",
};

/** @type {Record<string, string>} */
const METHODS = { some: "every", every: "some", includes: "startsWith", all: "race" };

/**
 * All mutations of a source, in the order of its text.
 * @param {string} file
 * @param {string} text
 * @returns {Mutation[]}
 */
export function mutationsOf(file, text) {
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2022, true);
    /** @type {Mutation[]} */
    const found = [];
    /** @type {(node: ts.Node, after: string) => void} */
    const replace = (node, after) => {
        const [from, to] = [node.getStart(source), node.getEnd()];
        const { line } = source.getLineAndCharacterOfPosition(from);
        found.push({ line: line + 1, from, to, before: text.slice(from, to), after });
    };
    /** @type {(node: ts.Node) => void} */
    const visit = (node) => {
        if (ts.isImportDeclaration(node) || ts.isTypeNode(node) || ts.isInterfaceDeclaration(node)) return;
        mutate(node, replace);
        ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
}

/**
 * @param {ts.Node} node
 * @param {(node: ts.Node, after: string) => void} replace
 */
function mutate(node, replace) {
    if (ts.isBinaryExpression(node)) {
        const { kind } = node.operatorToken;
        const other = OPERATORS[kind];
        const isText = kind === ts.SyntaxKind.PlusToken && /["'`]/.test(node.getText());
        if (other !== undefined && !isText) replace(node.operatorToken, other);
        if (kind === ts.SyntaxKind.QuestionQuestionToken) replace(node, node.left.getText());
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken)
        replace(node, `(${node.operand.getText()})`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) replace(node, "false");
    if (node.kind === ts.SyntaxKind.FalseKeyword) replace(node, "true");
    // A bound with a name, such as how many of something are shown, is as good one higher.
    if (ts.isNumericLiteral(node) && !isBound(node)) replace(node, `(${node.getText()} + 1)`);
    if (ts.isIfStatement(node)) replace(node.expression, `!(${node.expression.getText()})`);
    if (ts.isConditionalExpression(node)) replace(node.condition, `!(${node.condition.getText()})`);
    // What is done, but for what is only returned.
    if (ts.isExpressionStatement(node)) replace(node, ";");
    if (ts.isThrowStatement(node)) replace(node, ";");
    if (ts.isPropertyAccessExpression(node) && ts.isCallExpression(node.parent) && node.parent.expression === node) {
        const other = METHODS[node.name.text];
        if (other !== undefined && Object.hasOwn(METHODS, node.name.text)) replace(node.name, other);
        if (node.name.text === "filter") replace(node.parent, node.expression.getText());
    }
}

/**
 * Whether a number is all that a constant of the module is.
 * @param {ts.NumericLiteral} node
 */
function isBound({ parent }) {
    return ts.isVariableDeclaration(parent) && ts.isSourceFile(parent.parent.parent.parent);
}
