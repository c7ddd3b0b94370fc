import type { Run } from "./screen";

/** A row of Pulumi's table of resources, and the rows of the resources below it. */
interface Branch {
    readonly row: readonly Run[];
    readonly children: Branch[];
}

/** A row of Pulumi's table below the stack's: the column of what happens, lines of the tree, type and name. */
const ROW = /^(.{5})((?:│ {2}| {3})*)[├└]─ (\S+ +\S+)/;
/** The column where the tree begins. */
const TREE = 5;

/**
 * The lines of Pulumi's display with resources that have the same parent in alphabetical order: independent resources are
 * registered in any order, which differs from run to run.
 */
export function sortedResources(lines: readonly Run[][]): Run[][] {
    const sorted: Run[][] = [];
    const open: Branch[] = [{ row: [], children: [] }];
    const close = () => {
        const top = sortedChildren(open[0]);
        sorted.push(...top.flatMap((child, index) => rows(child, "", index === top.length - 1)));
        open.splice(0, open.length, { row: [], children: [] });
    };
    for (const line of lines) {
        const found = place(line);
        if (found === undefined) {
            close();
            sorted.push([...line]);
            continue;
        }
        const branch: Branch = { row: line, children: [] };
        open.splice(found.depth + 1);
        open.at(-1)?.children.push(branch);
        open.push(branch);
    }
    close();
    return sorted;
}

/**
 * The lines of a request log up to the first request about workspaces, by what they are about: independent objects are
 * created in any order, which differs from run to run.
 */
export function sortedRequests(lines: readonly string[]): string[] {
    const first = lines.findIndex((line) => line.includes("/workspaces"));
    const collection = (line: string) => /\/accounts\/[^/]+\/([\w-]+)/.exec(line)?.[1] ?? "";
    const before = lines.slice(0, first).sort((one, other) => compare(collection(one), collection(other)));
    return [...before, ...lines.slice(first)];
}

function place(line: readonly Run[]): { depth: number; name: string } | undefined {
    const [, , tree, name] = ROW.exec(line.map(({ text }) => text).join("")) ?? [];
    return tree === undefined || name === undefined ? undefined : { depth: tree.length / 3, name };
}

function sortedChildren(branch: Branch | undefined): Branch[] {
    const name = ({ row }: Branch) => place(row)?.name ?? "";
    return [...(branch?.children ?? [])].sort((one, other) => compare(name(one), name(other)));
}

/** The rows of a resource and of those below it, with the lines of the tree as they are at this place of it. */
function rows(branch: Branch, tree: string, isLast: boolean): Run[][] {
    const children = sortedChildren(branch);
    const below = `${tree}${isLast ? "   " : "│  "}`;
    return [
        withTree(branch.row, `${tree}${isLast ? "└─" : "├─"}`),
        ...children.flatMap((child, index) => rows(child, below, index === children.length - 1)),
    ];
}

function withTree(row: readonly Run[], tree: string): Run[] {
    let column = 0;
    return row.map(({ text, style }) => {
        const start = TREE - column;
        column += text.length;
        const holdsTree = start >= 0 && start < text.length;
        return { text: holdsTree ? `${text.slice(0, start)}${tree}${text.slice(start + tree.length)}` : text, style };
    });
}

function compare(one: string, other: string): number {
    return one < other ? -1 : one > other ? 1 : 0;
}
